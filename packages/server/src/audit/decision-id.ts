/**
 * Ids of what happens: a prefix and 26 characters of Crockford base32, in the layout of a ULID (48 bits of
 * milliseconds, 80 random bits), so that they sort by time as text and as primary keys. They identify and must never
 * authorise: whoever knows one may quote it, nothing more.
 */

/** `dec` decision · `evt` audit event · `tok` access token · `req` request · `wrt` writer of a chain · `chk` checkpoint · `iss` issuer and `run` runner made over the API. */
export type IdPrefix = 'dec' | 'evt' | 'tok' | 'req' | 'wrt' | 'chk' | 'iss' | 'run';

/** Random bytes that {@link newId} takes. */
export const ID_BYTES = 10;

/** Of Crockford: no I, L, O or U. */
export const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** All pairs of characters: every request has an id, and is put together from half as many pieces. */
const PAIRS = ALPHABET.split('').flatMap((first) => ALPHABET.split('').map((second) => first + second));

const MAX_TIME = 2 ** 48;

/** Makes an id of epoch milliseconds and ten random bytes; the same arguments give the same id. */
export function newId(prefix: IdPrefix, ms: number, bytes: Uint8Array): string {
  if (!Number.isSafeInteger(ms) || ms < 0 || ms >= MAX_TIME) throw new RangeError('an id needs a time');
  if (bytes.length !== ID_BYTES) throw new RangeError(`an id needs ${ID_BYTES} random bytes`);
  const number = numberText(
    Math.floor(ms / 2 ** 16),
    ((ms % 2 ** 16) << 16) | word(0, 0, bytes[0], bytes[1]),
    word(bytes[2], bytes[3], bytes[4], bytes[5]),
    word(bytes[6], bytes[7], bytes[8], bytes[9]),
  );
  return `${prefix}_${number}`;
}

/** Whether a text has the form of an id with this prefix: what may be looked up at all. */
export function isId(prefix: IdPrefix, text: string): boolean {
  return text.startsWith(`${prefix}_`) && /^[a-z]{3}_[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text);
}

/** Four bytes, most significant first. */
function word(a = 0, b = 0, c = 0, d = 0): number {
  return (a << 24) | (b << 16) | (c << 8) | d;
}

/** The 26 characters of a number in four words, most significant first: ten bits a pair, as they lie across words. */
export function numberText(a: number, b: number, c: number, d: number): string {
  return (
    pair(a >>> 24) +
    pair(a >>> 14) +
    pair(a >>> 4) +
    pair((a << 6) | (b >>> 26)) +
    pair(b >>> 16) +
    pair(b >>> 6) +
    pair((b << 4) | (c >>> 28)) +
    pair(c >>> 18) +
    pair(c >>> 8) +
    pair((c << 2) | (d >>> 30)) +
    pair(d >>> 20) +
    pair(d >>> 10) +
    pair(d)
  );
}

/** The two characters of the last ten bits. */
function pair(bits: number): string {
  return PAIRS[bits & 1023] ?? '';
}
