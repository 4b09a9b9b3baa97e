import { TOKEN_PREFIXES, type TokenPrefix } from './token-type.ts';

/**
 * The form of an opaque token: PREFIX `_`, 32 random base62 characters, 6 of checksum. This file knows the form only:
 * randomness and the checksum's key come in from outside, and whether a checksum is right is never decided here (it
 * has to be compared in constant time).
 */

/** A value taken apart. `body` is everything that the checksum covers: prefix, underscore and random part. */
export interface OpaqueToken {
  readonly prefix: TokenPrefix;
  readonly body: string;
  readonly checksum: string;
}

/** Random bytes that {@link formatOpaque} takes at least. */
export const OPAQUE_RANDOM_BYTES = 48;

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_LENGTH = 32;
const CHECKSUM_LENGTH = 6;
const CHECKSUM_RANGE = 62 ** CHECKSUM_LENGTH;

/** Fixed lengths and disjoint classes: one pass, no backtracking. */
const FORM = /^([a-z]{3})_[0-9A-Za-z]{32}[0-9A-Za-z]{6}$/;

/**
 * Makes a value from `bytes` of a CSPRNG ({@link OPAQUE_RANDOM_BYTES} or more; fewer is a fault and throws).
 *
 * Six bytes at a time are read as one number and reduced to four characters. 2^48 is 2^24 times larger than 62^4, so
 * that no group of four is likelier than another by more than one part in 2^24; nothing is rejected, so that it can
 * neither fail nor loop. (Mapping single bytes by `% 62` would make eight characters a quarter likelier than the rest.)
 */
export function formatOpaque(
  prefix: TokenPrefix,
  bytes: Uint8Array,
  checksum: (body: string) => string,
): string {
  if (bytes.length < OPAQUE_RANDOM_BYTES) throw new RangeError('too few random bytes for a token');
  const body = `${prefix}_${randomText(bytes)}`;
  return body + checksum(body);
}

const GROUP_BYTES = 6;
const GROUP_CHARACTERS = 4;

function randomText(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; text.length < RANDOM_LENGTH; at += GROUP_BYTES) {
    let number = 0;
    // Stays below 2^48, so that doubles are exact.
    for (let next = at; next < at + GROUP_BYTES; next += 1) number = number * 256 + (bytes[next] ?? 0);
    text += base62(number, GROUP_CHARACTERS);
  }
  return text;
}

/** The last `length` base62 digits of a number, least significant first. */
function base62(number: number, length: number): string {
  let text = '';
  for (let rest = number; text.length < length; rest = Math.floor(rest / 62)) text += BASE62[rest % 62] ?? '';
  return text;
}

/** Takes a value apart when it has exactly our form; says nothing about whether it was made here. */
export function parseOpaque(value: string): OpaqueToken | undefined {
  const name = FORM.exec(value)?.[1];
  const prefix = TOKEN_PREFIXES.find((candidate) => candidate === name);
  if (prefix === undefined) return undefined;
  return { prefix, body: value.slice(0, -CHECKSUM_LENGTH), checksum: value.slice(-CHECKSUM_LENGTH) };
}

/**
 * Whether a value claims to be ours, by its first four characters alone. It is wider than {@link parseOpaque} on
 * purpose: a damaged value of ours is a failed credential and ends the search, it is not somebody else's.
 */
export function hasOpaqueForm(value: string): boolean {
  return value[3] === '_' && TOKEN_PREFIXES.some((prefix) => value.startsWith(prefix));
}

/**
 * Six base62 characters of a MAC: its first eight bytes as one number, reduced modulo 62^6 (2^64 is 2^28 times larger,
 * so that no text is noticeably likelier than another; the rest of the MAC would add time and nothing else).
 */
export function checksumText(mac: Uint8Array): string {
  let number = 0;
  // Stays below 62^6 × 256 < 2^44, so that doubles are exact.
  for (const byte of mac.subarray(0, 8)) number = (number * 256 + byte) % CHECKSUM_RANGE;
  return base62(number, CHECKSUM_LENGTH);
}
