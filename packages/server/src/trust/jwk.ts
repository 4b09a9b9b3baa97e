import { createPublicKey, type KeyObject } from 'node:crypto';
import { isObject, type Claims, type Json } from '@countersign/core';
import { SUBJECT_ALGORITHMS, type SubjectAlgorithm } from './port.ts';
import { fitsAlgorithm } from './verify-signature.ts';

/**
 * One JSON Web Key (RFC 7517), read into a prepared key that has exactly one algorithm, whatever a token says, or into
 * the reason why it is left out. A private or secret key never comes out of here: in a public document it is known to
 * everybody, and so is what it signs.
 */
export type JwkReading = UsableKey | UnusableKey;

export interface UsableKey extends JwkLabel {
  readonly algorithm: KeyAlgorithm;
  readonly key: KeyObject;
}

export interface UnusableKey extends JwkLabel {
  readonly fault: KeyFault;
}

/** What the key says of itself, to show it to a person; a `kid` as it is, the others cut short. */
export interface JwkLabel {
  readonly kid?: string;
  readonly kty?: string;
  readonly crv?: string;
  readonly alg?: string;
}

/**
 * `algorithm`: its type, curve or `alg` is none that subject tokens may have, or they do not fit each other. `size`: RSA
 * outside 2,048 to 8,192 bits or with a strange exponent. `malformed`: no point of the curve, a member missing.
 */
export type KeyFault =
  | 'not_a_key'
  | 'secret'
  | 'kid'
  | 'use'
  | 'key_ops'
  | 'algorithm'
  | 'malformed'
  | 'size';

/** `EdDSA` is not the algorithm of any key: {@link keyAlgorithm}. */
export type KeyAlgorithm = Exclude<SubjectAlgorithm, 'EdDSA'>;

/** Two names in headers, one algorithm (RFC 9864 section 2.2): a key serves both. */
export function keyAlgorithm(algorithm: SubjectAlgorithm): KeyAlgorithm {
  return algorithm === 'EdDSA' ? 'Ed25519' : algorithm;
}

const MAX_KID = 256;
const MAX_LABEL = 32;

/** Members that only a private or a secret key has. */
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Reads one member of `keys`. */
export function readJwk(jwk: Json): JwkReading {
  if (!isObject(jwk)) return { fault: 'not_a_key' };
  const label = labelOf(jwk);
  const fault = faultOf(jwk);
  if (fault !== undefined) return { ...label, fault };
  const algorithm = algorithmOf(jwk);
  if (algorithm === undefined) return { ...label, fault: 'algorithm' };
  const key = importKey(jwk);
  if (!key) return { ...label, fault: 'malformed' };
  return fitsAlgorithm(key, algorithm) ? { ...label, algorithm, key } : { ...label, fault: 'size' };
}

/** Why a key is not for us, whatever its algorithm. */
function faultOf(jwk: Claims): KeyFault | undefined {
  const { kid, use, key_ops: operations } = jwk;
  if (SECRET_MEMBERS.some((member) => Object.hasOwn(jwk, member))) return 'secret';
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KID)) return 'kid';
  if (use !== undefined && use !== 'sig') return 'use';
  if (operations === undefined) return undefined;
  return Array.isArray(operations) && operations.includes('verify') ? undefined : 'key_ops';
}

function labelOf({ kid, kty, crv, alg }: Claims): JwkLabel {
  const short = (value: Json | undefined) =>
    typeof value === 'string' ? value.slice(0, MAX_LABEL) : undefined;
  const texts = { kty: short(kty), crv: short(crv), alg: short(alg) };
  return {
    ...(typeof kid === 'string' && kid.length <= MAX_KID ? { kid } : {}),
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)),
  };
}

/** What a key of this type and curve may be for; without `alg` it is for the first. */
const ALGORITHMS_OF: ReadonlyMap<string, readonly SubjectAlgorithm[]> = new Map([
  // Azure and Kubernetes publish RSA keys without `alg` and sign RS256. Free for all six, one key would have six uses.
  ['RSA', SUBJECT_ALGORITHMS.filter((algorithm) => /^[RP]S/.test(algorithm))],
  ['EC P-256', ['ES256']],
  ['EC P-384', ['ES384']],
  ['EC P-521', ['ES512']],
  ['OKP Ed25519', ['Ed25519', 'EdDSA']],
]);

/** The one algorithm of a key: its `alg`, which has to agree with type and curve, or what they alone say. */
function algorithmOf({ kty, crv, alg }: Claims): KeyAlgorithm | undefined {
  const kind = kty === 'RSA' || typeof kty !== 'string' || typeof crv !== 'string' ? kty : `${kty} ${crv}`;
  const possible = (typeof kind === 'string' && ALGORITHMS_OF.get(kind)) || [];
  const algorithm = alg === undefined ? possible[0] : possible.find((name) => name === alg);
  return algorithm && keyAlgorithm(algorithm);
}

function importKey({ kty, n, e, crv, x, y }: Claims): KeyObject | undefined {
  const members = Object.entries({ kty, n, e, crv, x, y }).filter(([, value]) => typeof value === 'string');
  try {
    return createPublicKey({ key: Object.fromEntries(members), format: 'jwk' });
  } catch {
    return undefined;
  }
}
