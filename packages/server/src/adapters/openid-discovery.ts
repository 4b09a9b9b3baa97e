import { err, issuerKey, ok, type Result } from '@countersign/core';
import { parseBoundedObject } from '../trust/bounded-json.ts';
import { parseKeySet, type KeySet } from './jwks.ts';
import type { FetchFailure, FetchLimits, SafeFetch } from './safe-fetch.ts';

/**
 * From an issuer's URL to its keys: the discovery document (OpenID Connect Discovery section 4), then the key set that
 * it names. It must never believe a document that speaks for another issuer.
 */

/** Where it failed and why, in words of ours. */
export interface DiscoveryFailure {
  readonly step: 'discovery' | 'keys';
  readonly reason: FetchFailure | 'malformed' | 'issuer' | 'jwks_uri';
}

const LIMITS: FetchLimits = { size: 256 * 1024, time: 5_000 };
const BOUNDS = { depth: 16, members: 2048 } as const;

/** The key set of the issuer registered under this URL. */
export async function fetchKeySet(
  fetch: SafeFetch,
  issuer: string,
): Promise<Result<KeySet, DiscoveryFailure>> {
  const document = await fetch(`${issuerKey(issuer)}/.well-known/openid-configuration`, LIMITS);
  if (!document.ok) return err({ step: 'discovery', reason: document.error });
  const address = jwksUri(document.value, issuer);
  if (!address.ok) return err({ step: 'discovery', reason: address.error });
  const keys = await fetch(address.value, LIMITS);
  if (!keys.ok) return err({ step: 'keys', reason: keys.error });
  const keySet = parseKeySet(keys.value);
  return keySet.ok ? keySet : err({ step: 'keys', reason: keySet.error });
}

function jwksUri(document: Buffer, issuer: string): Result<string, 'malformed' | 'issuer' | 'jwks_uri'> {
  const metadata = parseBoundedObject(document, BOUNDS);
  if (!metadata) return err('malformed');
  const { issuer: named, jwks_uri: uri } = metadata;
  // Section 4.3: else whoever serves one host could publish keys for an issuer on another (mix-up).
  if (typeof named !== 'string' || issuerKey(named) !== issuerKey(issuer)) return err('issuer');
  if (typeof uri !== 'string') return err('jwks_uri');
  // Keys that travel in the clear can be replaced on the way, however the document came.
  if (issuer.startsWith('https:') && !uri.startsWith('https:')) return err('jwks_uri');
  return ok(uri);
}
