import { hash } from 'node:crypto';

/**
 * Ids of what the configuration file declares: derived, so that they are the same after every start and in every
 * process. What an id is derived from is what a token is bound to: when it changes, the tokens of old are nobody's.
 */

/** `usr` member · `run` runner · `iss` trusted issuer · `pls` its policies · `pol` one of them · `idp` identity provider · `rte` route. */
export type FileIdPrefix = 'usr' | 'run' | 'iss' | 'pls' | 'pol' | 'idp' | 'rte';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The prefix and 26 characters of Crockford base32: 130 bits of SHA-256 of prefix and parts. */
export function fileId(prefix: FileIdPrefix, ...parts: readonly string[]): string {
  // JSON keeps the parts apart: ["a", "bc"] and ["ab", "c"] must never be one thing.
  const digest = hash('sha256', JSON.stringify([prefix, ...parts]), 'hex');
  let bits = BigInt(`0x${digest}`) >> 126n;
  let text = '';
  for (let at = 0; at < 26; at += 1) {
    text = ALPHABET.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return `${prefix}_${text}`;
}
