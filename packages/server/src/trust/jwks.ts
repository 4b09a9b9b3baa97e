import type { KeyObject } from 'node:crypto';
import { err, ok, type Json, type Result } from '@countersign/core';
import { parseBoundedObject } from './bounded-json.ts';
import { keyAlgorithm, readJwk, type JwkReading, type KeyAlgorithm, type UsableKey } from './jwk.ts';
import type { SubjectAlgorithm } from './port.ts';

/**
 * JSON Web Key Sets (RFC 7517), read once into prepared keys, the same whether an issuer published one or an
 * administrator wrote it by hand. Keys that are not understood are left out (section 5), a set that is not a set is
 * refused whole. It must never give a key for another algorithm than its own.
 */
export interface KeySet {
  /** The key for a token with this `kid`, or for a token without one. */
  find(kid: string | undefined, algorithm: SubjectAlgorithm): KeyObject | undefined;
  /** Every key that the set holds, also those that are left out. */
  readonly keys: readonly JwkReading[];
  /** How many can be used. */
  readonly size: number;
  /** How many were left out. */
  readonly unusable: number;
}

export const MAX_KEYS = 100;
const BOUNDS = { depth: 8, members: 4096 } as const;

/** Bytes of a set that was written by hand: as many as are fetched. */
const MAX_TEXT = 256 * 1024;

/** Reads the bytes of a JWK set. */
export function parseKeySet(bytes: Buffer): Result<KeySet, 'malformed'> {
  const listed = parseBoundedObject(bytes, BOUNDS)?.['keys'];
  if (!Array.isArray(listed) || listed.length > MAX_KEYS) return err('malformed');
  const keys = (listed as readonly Json[]).map(readJwk);
  const usable = keys.filter((reading) => 'key' in reading);
  const { named, ambiguous } = nameKeys(usable);
  return ok({
    keys,
    size: usable.length,
    unusable: keys.length - usable.length,
    find: (kid, algorithm) => {
      if (kid === undefined) return onlyKey(usable, keyAlgorithm(algorithm));
      const name = cacheName(kid, keyAlgorithm(algorithm));
      return ambiguous.has(name) ? undefined : named.get(name)?.key;
    },
  });
}

/**
 * Reads a set that was given by hand. What would go unnoticed in a fetched one is a mistake here, and told at load: a
 * private key in a file that was meant to be public, a set that serves no token at all.
 */
export function readKeySet(text: string): Result<KeySet, 'malformed' | 'secret' | 'unusable'> {
  const bytes = Buffer.from(text);
  if (bytes.length > MAX_TEXT) return err('malformed');
  const set = parseKeySet(bytes);
  if (!set.ok) return set;
  if (set.value.keys.some((key) => 'fault' in key && key.fault === 'secret')) return err('secret');
  return set.value.size === 0 ? err('unusable') : set;
}

interface NamedKeys {
  readonly named: ReadonlyMap<string, UsableKey>;
  readonly ambiguous: ReadonlySet<string>;
}

function nameKeys(keys: readonly UsableKey[]): NamedKeys {
  const named = new Map<string, UsableKey>();
  const ambiguous = new Set<string>();
  for (const key of keys) {
    if (key.kid === undefined) continue;
    const name = cacheName(key.kid, key.algorithm);
    const earlier = named.get(name);
    // Two different keys under one name: whichever we took, tokens of the other would fail by chance of order.
    if (earlier && !earlier.key.equals(key.key)) ambiguous.add(name);
    named.set(name, key);
  }
  return { named, ambiguous };
}

/** Algorithm first: no algorithm holds a space, so no `kid` can be written that reads as another pair. */
function cacheName(kid: string, algorithm: KeyAlgorithm): string {
  return `${algorithm} ${kid}`;
}

/** A token without `kid` is served only where there is nothing to choose (OpenID Connect Core section 10.1). */
function onlyKey(keys: readonly UsableKey[], algorithm: KeyAlgorithm): KeyObject | undefined {
  const fitting = keys.filter((key) => key.algorithm === algorithm);
  return fitting.length === 1 ? fitting[0]?.key : undefined;
}
