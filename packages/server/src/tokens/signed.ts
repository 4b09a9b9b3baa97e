import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { Claims } from '@countersign/core';
import type { KeyRing, PublicJwk } from '../keys/port.ts';
import { hashOf, type MintedToken } from './issue.ts';

/**
 * Signed access tokens (RFC 9068): made, and recognised again. They have a row like every other token, and that row
 * decides; the signature keeps what was not made here away from storage, and lets others verify without asking us.
 * Nothing here may ever read a claim of a value: what it says about itself is in the row.
 */

/** Characters of a value. Larger ones fit badly into a header, and every one that is shown costs a hash. */
export const MAX_SIGNED = 4096;

/** Raw `r ‖ s` of P-256 (RFC 7518 section 3.4), and its length in base64url. */
const ENCODING = 'ieee-p1363';
const SIGNATURE_CHARACTERS = 86;

/** Signs the claims with the active key. Throws when the value would be longer than {@link MAX_SIGNED}. */
export function mintSigned(deps: { readonly ring: KeyRing }, claims: Claims): MintedToken {
  const { kid, privateKey } = deps.ring.signing();
  const input = `${headerOf(kid)}.${encode(claims)}`;
  const key = { key: privateKey, dsaEncoding: ENCODING } as const;
  const value = `${input}.${sign('sha256', Buffer.from(input, 'latin1'), key).toString('base64url')}`;
  // Shown to us it would be no token, so it must not be given to anybody.
  if (value.length > MAX_SIGNED) throw new RangeError('a signed token is too long');
  return { value, hash: hashOf(value) };
}

/** Tells what our ring has signed from everything else. */
export interface SignedValues {
  /** Whether the value names a key that the ring holds now: without it nothing else counts. */
  namesKey(value: string): boolean;
  /** Whether that key signed the value. */
  verify(value: string): boolean;
}

export function createSignedValues(ring: Pick<KeyRing, 'published'>): SignedValues {
  let keys = new Map<string, KeyObject>();
  let from: readonly PublicJwk[] | undefined;

  /**
   * Keys by the very text of the header that we write for them. Comparing the text and parsing nothing leaves no
   * room for another `alg`, another `typ` (an assertion is no access token), `crit`, `jwk` or a second spelling.
   */
  const keyOf = (value: string): KeyObject | undefined => {
    if (value.length > MAX_SIGNED) return undefined;
    const published = ring.published();
    if (published !== from) {
      keys = new Map(published.map((jwk) => [headerOf(jwk.kid), publicKey(jwk)]));
      from = published;
    }
    return keys.get(value.slice(0, value.indexOf('.')));
  };

  return {
    namesKey: (value) => keyOf(value) !== undefined,
    verify: (value) => {
      const key = keyOf(value);
      const end = value.lastIndexOf('.');
      const text = value.slice(end + 1);
      if (key === undefined || text.length !== SIGNATURE_CHARACTERS) return false;
      const input = Buffer.from(value.slice(0, end), 'latin1');
      return verify('sha256', input, { key, dsaEncoding: ENCODING }, Buffer.from(text, 'base64url'));
    },
  };
}

function publicKey(jwk: PublicJwk): KeyObject {
  return createPublicKey({ key: { ...jwk }, format: 'jwk' });
}

/** RFC 9068 section 2.1: the type is named, so that no token of another use passes for an access token. */
function headerOf(kid: string): string {
  return encode({ alg: 'ES256', typ: 'at+jwt', kid });
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}
