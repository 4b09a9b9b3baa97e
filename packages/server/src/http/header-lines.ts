import type { HeaderLine } from '@countersign/core';

/** Pairs from the flat list in which node and undici give header lines. */
export function headerLines(flat: readonly string[]): readonly HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) lines.push([flat[at] ?? '', flat[at + 1] ?? '']);
  return lines;
}
