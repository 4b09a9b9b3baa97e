import { createPublicKey, type KeyObject } from 'node:crypto';
import { err, isObject, ok, type Claims, type Json, type Result } from '@countersign/core';
import { parseBoundedObject } from '../trust/bounded-json.ts';
import { SUBJECT_ALGORITHMS, type SubjectAlgorithm } from '../trust/port.ts';
import { fitsAlgorithm } from '../trust/verify-signature.ts';

/**
 * JSON Web Key Sets (RFC 7517), read once into prepared keys. A key has exactly one algorithm here, whatever a token
 * says. Keys that are not understood are left out (section 5), a set that is not a set is refused whole. Secret keys
 * never come out of here: a shared secret in a public document is known to everybody.
 */
export interface KeySet {
  /** The key for a token with this `kid`, or for a token without one. */
  find(kid: string | undefined, algorithm: SubjectAlgorithm): KeyObject | undefined;
  /** How many keys can be used. */
  readonly size: number;
  /** How many were left out. */
  readonly unusable: number;
}

export const MAX_KEYS = 100;
const MAX_KID = 256;
const BOUNDS = { depth: 8, members: 4096 } as const;

/** Reads the bytes of a JWK set. */
export function parseKeySet(bytes: Buffer): Result<KeySet, 'malformed'> {
  const keys = parseBoundedObject(bytes, BOUNDS)?.['keys'];
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) return err('malformed');
  const usable = (keys as readonly Json[]).map(usableKey).filter((key) => key !== undefined);
  const named = new Map<string, UsableKey>();
  const ambiguous = new Set<string>();
  for (const key of usable) {
    if (key.kid === undefined) continue;
    const name = cacheName(key.kid, key.algorithm);
    const earlier = named.get(name);
    // Two different keys under one name: whichever we took, tokens of the other would fail by chance of order.
    if (earlier && !earlier.key.equals(key.key)) ambiguous.add(name);
    named.set(name, key);
  }
  return ok({
    size: usable.length,
    unusable: keys.length - usable.length,
    find: (kid, algorithm) => {
      if (kid === undefined) return onlyKey(usable, algorithm);
      const name = cacheName(kid, algorithm);
      return ambiguous.has(name) ? undefined : named.get(name)?.key;
    },
  });
}

interface UsableKey {
  readonly kid?: string;
  readonly algorithm: SubjectAlgorithm;
  readonly key: KeyObject;
}

/** Algorithm first: no algorithm holds a space, so no `kid` can be written that reads as another pair. */
function cacheName(kid: string, algorithm: SubjectAlgorithm): string {
  return `${algorithm} ${kid}`;
}

/** A token without `kid` is served only where there is nothing to choose (OpenID Connect Core section 10.1). */
function onlyKey(keys: readonly UsableKey[], algorithm: SubjectAlgorithm): KeyObject | undefined {
  const fitting = keys.filter((key) => key.algorithm === algorithm);
  return fitting.length === 1 ? fitting[0]?.key : undefined;
}

/** Members that only a private or a secret key has. */
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

function usableKey(jwk: Json): UsableKey | undefined {
  if (!isObject(jwk) || SECRET_MEMBERS.some((member) => Object.hasOwn(jwk, member))) return undefined;
  const { kid, use, alg, key_ops: operations } = jwk;
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KID)) return undefined;
  if (use !== undefined && use !== 'sig') return undefined;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify')))
    return undefined;
  const algorithm = algorithmOf(jwk);
  if (algorithm === undefined || (alg !== undefined && alg !== algorithm)) return undefined;
  const key = importKey(jwk);
  if (!key || !fitsAlgorithm(key, algorithm)) return undefined;
  return { algorithm, key, ...(kid === undefined ? {} : { kid }) };
}

/** The one algorithm of a key, from its type and curve; its `alg`, where present, has to agree. */
function algorithmOf(jwk: Claims): SubjectAlgorithm | undefined {
  const name =
    jwk['kty'] === 'RSA' ? 'RS256' : jwk['kty'] === 'EC' && jwk['crv'] === 'P-256' ? 'ES256' : undefined;
  return SUBJECT_ALGORITHMS.find((algorithm) => algorithm === name);
}

function importKey({ kty, n, e, crv, x, y }: Claims): KeyObject | undefined {
  const members = Object.entries({ kty, n, e, crv, x, y }).filter(([, value]) => typeof value === 'string');
  try {
    return createPublicKey({ key: Object.fromEntries(members), format: 'jwk' });
  } catch {
    return undefined;
  }
}
