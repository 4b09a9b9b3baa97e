import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { Claims } from '@countersign/core';
import type { KeyRing, PublicJwk } from '../keys/port.ts';
import { hashOf, type MintedToken } from './issue.ts';

/**
 * Signed values (access tokens of RFC 9068, and those of sessions): made, and recognised again. They have a row like every other token, and that row
 * decides; the signature keeps what was not made here away from storage, and lets others verify without asking us.
 * Nothing here may ever read a claim of a value: what it says about itself is in the row.
 */

/** Characters of a value. Larger ones fit badly into a header, and every one that is shown costs a hash. */
export const MAX_SIGNED = 4096;

/** Raw `r ‖ s` of P-256 (RFC 7518 section 3.4), and its length in base64url. */
const ENCODING = 'ieee-p1363';
const SIGNATURE_CHARACTERS = 86;

/**
 * What a signed value is, in its header: an access token (RFC 9068 section 2.1), or what a program carries for a person
 * at one host. Each has a ring of its own, so that no value of one use passes for the other.
 */
export type SignedType = 'at+jwt' | 'session+jwt';

/** Signs the claims with the active key. Throws when the value would be longer than {@link MAX_SIGNED}. */
export function mintSigned(
  { ring, type }: { readonly ring: KeyRing; readonly type: SignedType },
  claims: Claims,
): MintedToken {
  const { kid, privateKey } = ring.signing();
  const input = `${headerOf(type, kid)}.${encode(claims)}`;
  const key = { key: privateKey, dsaEncoding: ENCODING } as const;
  const value = `${input}.${sign('sha256', Buffer.from(input, 'latin1'), key).toString('base64url')}`;
  // Shown to us it would be no token, so it must not be given to anybody.
  if (value.length > MAX_SIGNED) throw new RangeError('a signed token is too long');
  return { value, hash: hashOf(value) };
}

/** Tells what our rings have signed from everything else. */
export interface SignedValues {
  /** Whether the value names a key that the ring of its type holds now: without it nothing else counts. */
  namesKey(value: string): boolean;
  /** Whether that key signed the value. */
  verify(value: string): boolean;
}

/** The rings that sign what is presented to us. */
export interface SigningRings {
  readonly access: Pick<KeyRing, 'published'>;
  readonly session: Pick<KeyRing, 'published'>;
}

export function createSignedValues({ access, session }: SigningRings): SignedValues {
  const accessKeys = keysByHeader(access, 'at+jwt');
  const sessionKeys = keysByHeader(session, 'session+jwt');
  const keyOf = (value: string): KeyObject | undefined => {
    if (value.length > MAX_SIGNED) return undefined;
    const header = value.slice(0, value.indexOf('.'));
    return accessKeys().get(header) ?? sessionKeys().get(header);
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

/**
 * Keys by the very text of the header that we write for them. Comparing the text and parsing nothing leaves no
 * room for another `alg`, another `typ` (an assertion is no access token), `crit`, `jwk` or a second spelling.
 */
function keysByHeader(
  ring: Pick<KeyRing, 'published'>,
  type: SignedType,
): () => ReadonlyMap<string, KeyObject> {
  let keys: ReadonlyMap<string, KeyObject> = new Map();
  let from: readonly PublicJwk[] | undefined;
  return () => {
    const published = ring.published();
    if (published !== from) {
      keys = new Map(published.map((jwk) => [headerOf(type, jwk.kid), publicKey(jwk)]));
      from = published;
    }
    return keys;
  };
}

function publicKey(jwk: PublicJwk): KeyObject {
  return createPublicKey({ key: { ...jwk }, format: 'jwk' });
}

function headerOf(typ: SignedType, kid: string): string {
  return encode({ alg: 'ES256', typ, kid });
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}
