/**
 * Ids of what happens: a prefix and 26 characters of Crockford base32, in the layout of a ULID (48 bits of
 * milliseconds, 80 random bits), so that they sort by time as text and as primary keys. They identify and must never
 * authorise: whoever knows one may quote it, nothing more.
 */

/** `dec` decision · `evt` audit event · `tok` access token · `req` request · `wrt` writer of a chain · `chk` checkpoint · `iss` issuer and `run` runner made over the API. */
export type IdPrefix = 'dec' | 'evt' | 'tok' | 'req' | 'wrt' | 'chk' | 'iss' | 'run';

/** Random bytes that {@link newId} takes. */
export const ID_BYTES = 10;

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_CHARACTERS = 10;
const MAX_TIME = 2 ** 48;

/** Makes an id of epoch milliseconds and ten random bytes; the same arguments give the same id. */
export function newId(prefix: IdPrefix, ms: number, bytes: Uint8Array): string {
  if (!Number.isSafeInteger(ms) || ms < 0 || ms >= MAX_TIME) throw new RangeError('an id needs a time');
  if (bytes.length !== ID_BYTES) throw new RangeError(`an id needs ${ID_BYTES} random bytes`);
  return `${prefix}_${timeText(ms)}${randomText(bytes)}`;
}

/** Whether a text has the form of an id with this prefix: what may be looked up at all. */
export function isId(prefix: IdPrefix, text: string): boolean {
  return text.startsWith(`${prefix}_`) && /^[a-z]{3}_[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text);
}

function timeText(ms: number): string {
  let text = '';
  let rest = ms;
  for (let at = 0; at < TIME_CHARACTERS; at += 1) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** Eighty bits, five at a time, most significant first. */
function randomText(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((held >>> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return text;
}
