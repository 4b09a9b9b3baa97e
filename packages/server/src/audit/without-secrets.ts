/**
 * Text from a caller as it may be kept and logged: cut, and without anything that looks like a credential. Callers do
 * put tokens where names belong (two parameters swapped in a script), and a log or a trail that keeps one hands it to
 * everybody who reads logs.
 */

/** Characters that are kept of one text. */
export const MAX_TEXT = 512;

/** An opaque value of ours, whole or cut off. */
const OPAQUE = /\bcs[a-z]_[0-9A-Za-z]{8,}/g;

/**
 * A JWS or JWE, whole or cut off: base64url of `{"` begins with `eyJ`. Where white space follows the brace it begins
 * with `ey` or `ew` alone, which words do too, so there the dots have to be there as well.
 */
const JWT = /eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)*|\be[wy][A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]+)+/g;

/** Cuts, then blots out; the order bounds the work. */
export function withoutSecrets(text: string): string {
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return cut.replace(OPAQUE, '[token]').replace(JWT, '[jwt]');
}

/**
 * The same, as a copy of its own, to be kept: a slice would keep the whole text that it was cut from in memory, and
 * the ring keeps thousands of them.
 */
export function keptWithoutSecrets(text: string): string {
  return Buffer.from(withoutSecrets(text), 'utf8').toString('utf8');
}
