import { err, type Result } from '@countersign/core';
import type { JwkLabel, KeyFault, KeyAlgorithm, JwkReading } from '../trust/jwk.ts';
import { readKeySet, type KeySet } from '../trust/jwks.ts';
import type { KeySource } from '../trust/port.ts';
import type { Resolve } from './checked-path.ts';
import { discover, type Discovery, type DiscoveryFailure } from './openid-discovery.ts';
import type { AllowPrivate } from './private-hosts.ts';
import { createSafeFetch, type FetchSight } from './safe-fetch.ts';

/**
 * What the server would see if it asked this issuer for its keys now, step by step, for a person who wants to know why
 * tokens are refused. It goes the way of every exchange, and must never grow one of its own: a probe that checks less
 * would promise what the server does not keep.
 */
export interface ProbedIssuer extends Omit<KeySource, 'id'> {
  readonly allowPrivate: AllowPrivate;
  readonly proxy?: string;
}

export interface IssuerProbe {
  /** Whether tokens of this issuer could be verified. */
  readonly ok: boolean;
  /** In order; empty for keys that were given by hand. */
  readonly fetches: readonly FetchSight[];
  /** `issuer` as the document says it: where it differs from the URL, all tokens are refused. */
  readonly issuer?: string;
  readonly jwksUri?: string;
  readonly keys: readonly ProbedKey[];
  readonly failure?: ProbeFailure;
}

export type ProbeFailure =
  | DiscoveryFailure
  | { readonly step: 'keys'; readonly reason: 'secret' | 'unusable' | 'malformed' };

/** A key of the set: either it serves an algorithm or there is a reason why it does not. */
export interface ProbedKey extends JwkLabel {
  /** Size of an RSA modulus. */
  readonly bits?: number;
  readonly algorithm?: KeyAlgorithm;
  /** `ambiguous`: another key has the same `kid` and algorithm, so neither is used. */
  readonly fault?: KeyFault | 'ambiguous';
}

export interface ProbeDeps {
  readonly resolve?: Resolve;
}

export async function probeIssuer(deps: ProbeDeps, probed: ProbedIssuer): Promise<IssuerProbe> {
  const { allowPrivate, proxy, ...source } = probed;
  const fetches: FetchSight[] = [];
  const fetch = createSafeFetch({
    ...deps,
    allowPrivate,
    ...(proxy === undefined ? {} : { proxy }),
    observe: (sight) => fetches.push(sight),
  });
  const { keys, ...said } =
    source.jwks === undefined ? await discover(fetch, { id: '', ...source }) : given(source.jwks);
  const found = keys.ok ? probeKeys(keys.value) : [];
  const failure = failureOf(keys, found);
  return {
    ok: failure === undefined,
    fetches,
    ...said,
    keys: found,
    ...(failure === undefined ? {} : { failure }),
  };
}

type Found = Omit<Discovery, 'keys'> & { readonly keys: Result<KeySet, ProbeFailure> };

function given(jwks: string): Found {
  const read = readKeySet(jwks);
  return { keys: read.ok ? read : err({ step: 'keys', reason: read.error }) };
}

function failureOf(
  keys: Result<KeySet, ProbeFailure>,
  found: readonly ProbedKey[],
): ProbeFailure | undefined {
  if (!keys.ok) return keys.error;
  return found.some(({ fault }) => fault === undefined) ? undefined : { step: 'keys', reason: 'unusable' };
}

function probeKeys(set: KeySet): readonly ProbedKey[] {
  return set.keys.map((reading) => probeKey(reading, set));
}

function probeKey(reading: JwkReading, set: KeySet): ProbedKey {
  if ('fault' in reading) return reading;
  const { key, ...shown } = reading;
  const bits = key.asymmetricKeyDetails?.modulusLength;
  // Asked of the set as a token would ask it.
  const isServed = shown.kid === undefined || set.find(shown.kid, shown.algorithm) !== undefined;
  return {
    ...shown,
    ...(bits === undefined ? {} : { bits }),
    ...(isServed ? {} : { fault: 'ambiguous' as const }),
  };
}
