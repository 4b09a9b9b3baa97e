import type { Random } from '../adapters/ports.ts';

/**
 * What a person reads on one screen and types on another (RFC 8628 section 6.1): consonants that nobody mistakes for
 * each other, and that make no words. 20^8 of them: with few alive at a time, guessing is for the limits to keep away.
 */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';

const LENGTH = 8;

/** Without hyphen: what is kept and compared. */
export function newUserCode(random: Random): string {
  let code = '';
  while (code.length < LENGTH) {
    for (const byte of random.bytes(LENGTH)) {
      // What is left of 256 above a multiple of 20 would make some letters likelier than others.
      if (byte >= 240 || code.length >= LENGTH) continue;
      code += LETTERS[byte % LETTERS.length] ?? '';
    }
  }
  return code;
}

/** As it is shown: in two groups. */
export function shownCode(code: string): string {
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
}

/** What somebody typed, in any case and with whatever between the letters; `undefined` when it cannot be one. */
export function readUserCode(typed: string): string | undefined {
  if (typed.length > 4 * LENGTH) return undefined;
  const code = typed.toUpperCase().replace(/[^A-Z]/g, '');
  return /^[B-DF-HJ-NP-TV-XZ]{8}$/.test(code) ? code : undefined;
}
