import { err, issuerKey, ok, type Result } from '@countersign/core';
import { parseBoundedObject } from '../trust/bounded-json.ts';
import { parseKeySet, type KeySet } from '../trust/jwks.ts';
import type { KeySource } from '../trust/port.ts';
import type { FetchFailure, FetchLimits, SafeFetch } from './safe-fetch.ts';
import type { ServerTrust } from './server-certificate.ts';

/**
 * From an issuer's URL to its keys: the discovery document (OpenID Connect Discovery section 4, else RFC 8414 section
 * 3), then the key set that it names. It must never believe a document that speaks for another issuer.
 */
export interface Discovery {
  readonly keys: Result<KeySet, DiscoveryFailure>;
  /** `issuer` as the document says it, good or not. */
  readonly issuer?: string;
  readonly jwksUri?: string;
}

/** Where it failed and why, in words of ours. */
export interface DiscoveryFailure {
  readonly step: 'discovery' | 'keys';
  readonly reason: FetchFailure | 'malformed' | 'issuer' | 'jwks_uri';
}

const LIMITS: FetchLimits = { size: 256 * 1024, time: 5_000 };
const BOUNDS = { depth: 16, members: 2048 } as const;

/** The key set of the issuer registered under this URL. */
export async function discover(fetch: SafeFetch, source: KeySource): Promise<Discovery> {
  const trust: ServerTrust = {
    ...(source.ca === undefined ? {} : { ca: source.ca }),
    ...(source.thumbprints === undefined ? {} : { thumbprints: source.thumbprints }),
  };
  const document = await fetchMetadata(fetch, source.url, trust);
  if (!document.ok) return failed('discovery', document.error);
  const metadata = readMetadata(document.value);
  const address = jwksUri(metadata, source.url);
  if (!address.ok) return { ...metadata, ...failed('discovery', address.error) };
  const keys = await fetch(address.value, LIMITS, trust);
  if (!keys.ok) return { ...metadata, ...failed('keys', keys.error) };
  const keySet = parseKeySet(keys.value);
  return { ...metadata, ...(keySet.ok ? { keys: keySet } : failed('keys', keySet.error)) };
}

function failed(step: DiscoveryFailure['step'], reason: DiscoveryFailure['reason']): Discovery {
  return { keys: err({ step, reason }) };
}

/** Two places at most, the second only when there is nothing at the first: an outage is not asked twice. */
export async function fetchMetadata(
  fetch: SafeFetch,
  issuer: string,
  trust: ServerTrust,
): Promise<Result<Buffer, FetchFailure>> {
  const document = await fetch(`${issuerKey(issuer)}/.well-known/openid-configuration`, LIMITS, trust);
  if (document.ok || document.error !== 'absent') return document;
  return fetch(authorizationServerMetadata(issuer), LIMITS, trust);
}

/** RFC 8414 section 3.1: between host and path, where OpenID Connect appends. */
function authorizationServerMetadata(issuer: string): string {
  const key = issuerKey(issuer);
  const path = key.indexOf('/', key.indexOf('://') + 3);
  const [origin, tenant] = path === -1 ? [key, ''] : [key.slice(0, path), key.slice(path)];
  return `${origin}/.well-known/oauth-authorization-server${tenant}`;
}

interface Metadata {
  readonly issuer?: string;
  readonly jwksUri?: string;
}

function readMetadata(document: Buffer): Metadata | undefined {
  const metadata = parseBoundedObject(document, BOUNDS);
  if (!metadata) return undefined;
  const { issuer, jwks_uri: uri } = metadata;
  return {
    ...(typeof issuer === 'string' ? { issuer } : {}),
    ...(typeof uri === 'string' ? { jwksUri: uri } : {}),
  };
}

function jwksUri(
  metadata: Metadata | undefined,
  issuer: string,
): Result<string, 'malformed' | 'issuer' | 'jwks_uri'> {
  if (!metadata) return err('malformed');
  const { issuer: named, jwksUri: uri } = metadata;
  // Section 4.3: else whoever serves one host could publish keys for an issuer on another (mix-up).
  if (named === undefined || issuerKey(named) !== issuerKey(issuer)) return err('issuer');
  if (uri === undefined) return err('jwks_uri');
  // Keys that travel in the clear can be replaced on the way, however the document came.
  if (issuer.startsWith('https:') && !uri.startsWith('https:')) return err('jwks_uri');
  return ok(uri);
}
