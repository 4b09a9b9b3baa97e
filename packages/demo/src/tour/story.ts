import type { Claims, Json } from '@countersign/core';

/** How the tour is told: numbered steps, indented lines, aligned pairs. Tokens are shown by their beginning only. */

export type Print = (line: string) => void;

export function step(print: Print, number: number, title: string): void {
  print('');
  print(`${number}  ${title}`);
}

export function line(print: Print, text: string): void {
  print(`   ${text}`);
}

/** `name   value`, one a line, values as JSON unless they are text. */
export function pairs(print: Print, members: Claims): void {
  const width = Math.max(0, ...Object.keys(members).map((name) => name.length));
  for (const [name, value] of Object.entries(members)) {
    print(
      `     ${name.padEnd(width)}  ${typeof value === 'string' && value !== '' ? value : JSON.stringify(value)}`,
    );
  }
}

/** Those members that are there, in the order asked for. */
export function pick(json: Claims, names: readonly string[]): Claims {
  const found: Record<string, Json> = {};
  for (const name of names) {
    const value = json[name];
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** Enough of a secret to recognise it, never enough to use it. */
export function abbreviated(secret: string): string {
  return `${secret.slice(0, 8)}… (${secret.length} characters)`;
}
