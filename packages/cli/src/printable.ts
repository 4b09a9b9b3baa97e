import type { Json } from '@countersign/core';

/**
 * What came from a token, a server or a file, fit for a terminal. Strangers fill claims: a control character in one
 * must not move the cursor or hide a line, and a bidirectional mark must not turn one around.
 */
export function printable(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}

/** The same, and no longer than a line of a terminal deserves. */
export function brief(value: Json, characters = 200): string {
  const text = printable(value);
  return text.length > characters ? `${text.slice(0, characters)}…` : text;
}
