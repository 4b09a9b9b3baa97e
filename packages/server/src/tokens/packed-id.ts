import { ALPHABET } from '../audit/decision-id.ts';

/**
 * Ids in sixteen bytes: a token and the exchange that made it have one number between them, written in 26 characters
 * of Crockford base32 behind `tok_` and `dec_`. Two texts a row would be most of what a million tokens weigh.
 */

/** 32-bit words of a number. */
export const ID_WORDS = 4;

const TOKEN = 'tok_';
const EXCHANGE = 'dec_';

/** 130 bits in groups of five, the first of which has three: 128 in all. */
const FORM = /^(?:tok|dec)_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** By character code. */
const VALUES = new Uint8Array(128);
for (let value = 0; value < ALPHABET.length; value += 1) VALUES[ALPHABET.charCodeAt(value)] = value;

/** The words of the number that both ids share; `undefined` when they share none, or are written otherwise. */
export function packIds(token: string, exchange: string): readonly number[] | undefined {
  if (!token.startsWith(TOKEN) || !exchange.startsWith(EXCHANGE) || !FORM.test(token)) return undefined;
  if (token.slice(TOKEN.length) !== exchange.slice(EXCHANGE.length)) return undefined;
  const words = [0, 0, 0, 0];
  // From the last character on, five bits each; what does not fit into a word begins the next.
  for (let at = token.length - 1, bit = 0; at >= TOKEN.length; at -= 1, bit += 5) {
    const value = VALUES[token.charCodeAt(at)] ?? 0;
    const index = 3 - (bit >> 5);
    const shift = bit & 31;
    words[index] = ((words[index] ?? 0) | (value << shift)) >>> 0;
    if (shift > 27 && index > 0) words[index - 1] = value >>> (32 - shift);
  }
  return words;
}

export function tokenId(number: string): string {
  return TOKEN + number;
}

export function exchangeId(number: string): string {
  return EXCHANGE + number;
}
