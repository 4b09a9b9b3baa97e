import type { KeyObject } from 'node:crypto';
import { err, ok, type Result } from '@countersign/core';
import { readKeySet, type KeySet } from '../trust/jwks.ts';
import type { IssuerKeys, KeyFailure, KeySource, SubjectAlgorithm } from '../trust/port.ts';
import { discover } from './openid-discovery.ts';
import type { Clock, Logger, Metrics, Reading } from './ports.ts';
import type { SafeFetch } from './safe-fetch.ts';

/**
 * Keys of issuers, remembered. What a stranger sends decides neither how often an issuer is asked (once per cool-down,
 * whatever comes) nor what is remembered: there is nothing per `kid`, since a copy of the key set says of every `kid`
 * whether it exists. For the length of the cool-down that is the negative cache, of constant size, and nobody can
 * enter a `kid` in it before its issuer publishes it.
 */
export interface IssuerKeysDeps {
  readonly fetch: SafeFetch;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: Metrics;
}

/** Milliseconds between two attempts to ask one issuer, successful or not: a rotated key works within this. */
export const COOL_DOWN = 30_000;

/** Milliseconds after which a copy is renewed in the background by whoever uses it. */
export const REFRESH_AFTER = 10 * 60_000;

/** Milliseconds after which a copy is not used without asking again, so that a withdrawn key ends even on a quiet server. */
export const MAX_AGE = 60 * 60_000;

/** Milliseconds for which the last good copy is kept while the issuer cannot be asked; then nothing is better. */
export const KEEP_ON_FAILURE = 24 * 60 * 60_000;

/** Sources remembered at once; beyond it the one that was added first is forgotten. */
export const MAX_SOURCES = 4096;

interface Entry {
  source: KeySource;
  copy?: { readonly keys: KeySet; readonly fetchedAt: number };
  /** Clock time of the last attempt. */
  attemptedAt?: number;
  /** The attempt that is under way: everybody waits for the same one. */
  inFlight?: Promise<void>;
}

/** Keys by discovery. See the constants of this file for how long what is believed. */
export function createIssuerKeys(deps: IssuerKeysDeps): IssuerKeys {
  const entries = new Map<string, Entry>();
  deps.metrics?.read('countersign_issuer_keys_age_seconds', () => agesOf(entries, deps.clock.now()));
  return {
    find: (source, kid, algorithm, rejected) => {
      const entry = entryOf(entries, source);
      const now = deps.clock.now();
      const wanted: Wanted = { kid, algorithm, rejected };
      // Given by hand: the administrator's word replaces the issuer's, and nobody is asked.
      if (source.jwks !== undefined) return choose(entry.copy?.keys, wanted);
      const age = entry.copy ? now - entry.copy.fetchedAt : Number.POSITIVE_INFINITY;
      const known = answer(entry, wanted, now);
      if (known.ok && age < REFRESH_AFTER) return known;
      const refreshing = refresh(deps, source.id, entry, now);
      // Nobody waits for a refresh while the copy in hand is young enough.
      if (!refreshing || (known.ok && age < MAX_AGE)) return known;
      return refreshing.then(() => answer(entry, wanted, deps.clock.now()));
    },
  };
}

/** Without keys that were given by hand: they have no age. */
function agesOf(
  entries: ReadonlyMap<string, Entry>,
  now: number,
): readonly Reading<'countersign_issuer_keys_age_seconds'>[] {
  return [...entries].flatMap(([issuer, { copy, source }]) =>
    copy === undefined || source.jwks !== undefined
      ? []
      : [[Math.max(0, now - copy.fetchedAt) / 1000, { issuer }] as const],
  );
}

function entryOf(entries: Map<string, Entry>, source: KeySource): Entry {
  const known = entries.get(source.id);
  if (known && isSameSource(known.source, source)) {
    // The newest: an old one would keep the configuration that it came from in memory.
    known.source = source;
    return known;
  }
  entries.delete(source.id);
  const oldest = entries.size >= MAX_SOURCES ? entries.keys().next().value : undefined;
  if (oldest !== undefined) entries.delete(oldest);
  const entry: Entry = { source, ...givenCopy(source) };
  entries.set(source.id, entry);
  return entry;
}

/**
 * The id outlives a change of the configuration; what was believed because of the old one must not: keys of another URL,
 * or keys that came over a connection which would no longer be trusted.
 */
function isSameSource(one: KeySource, other: KeySource): boolean {
  return (
    one === other ||
    (one.url === other.url &&
      one.jwks === other.jwks &&
      one.ca === other.ca &&
      isSameList(one.thumbprints ?? [], other.thumbprints ?? []))
  );
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}

/** A set that was written by hand is read once; one that cannot be used is none, and then nothing is found. */
function givenCopy({ jwks }: KeySource): Pick<Entry, 'copy'> {
  const keys = jwks === undefined ? undefined : readKeySet(jwks);
  return keys?.ok ? { copy: { keys: keys.value, fetchedAt: 0 } } : {};
}

interface Wanted {
  readonly kid: string | undefined;
  readonly algorithm: SubjectAlgorithm;
  readonly rejected: KeyObject | undefined;
}

/** What the copy in memory says. */
function answer(entry: Entry, wanted: Wanted, now: number): Result<KeyObject, KeyFailure> {
  const isTooOld = entry.copy !== undefined && now - entry.copy.fetchedAt >= KEEP_ON_FAILURE;
  return choose(isTooOld ? undefined : entry.copy?.keys, wanted);
}

function choose(keys: KeySet | undefined, wanted: Wanted): Result<KeyObject, KeyFailure> {
  if (!keys) return err('unreachable');
  const key = keys.find(wanted.kid, wanted.algorithm);
  // By content: a new copy holds the same key as another object.
  return key && !(wanted.rejected && key.equals(wanted.rejected)) ? ok(key) : err('unknown');
}

/** The refresh that is under way or begins now; `undefined` while the issuer cools down. Never rejects. */
function refresh(deps: IssuerKeysDeps, issuer: string, entry: Entry, now: number): Promise<void> | undefined {
  if (entry.inFlight) return entry.inFlight;
  if (entry.attemptedAt !== undefined && now - entry.attemptedAt < COOL_DOWN) return undefined;
  entry.attemptedAt = now;
  entry.inFlight = load(deps, issuer, entry)
    // A fault of ours, not of the issuer. Nobody may be waiting, and an unheard rejection would end the process.
    .catch((fault: unknown) =>
      deps.logger.error('fetching issuer keys failed', { issuer, fault: String(fault) }),
    )
    .finally(() => delete entry.inFlight);
  return entry.inFlight;
}

async function load(deps: IssuerKeysDeps, issuer: string, entry: Entry): Promise<void> {
  // The age of a copy counts from before it was asked for.
  const asked = deps.clock.now();
  const { keys: fetched } = await discover(deps.fetch, entry.source);
  deps.metrics?.count('countersign_issuer_key_fetches_total', {
    issuer,
    result: fetched.ok ? 'ok' : 'failed',
  });
  if (!fetched.ok) {
    // The last good copy stays: an outage of the issuer is no reason to refuse tokens that it signed before.
    deps.logger.warn('issuer keys cannot be had', {
      issuer,
      step: fetched.error.step,
      reason: fetched.error.reason,
    });
    return;
  }
  entry.copy = { keys: fetched.value, fetchedAt: asked };
  const { size, unusable } = fetched.value;
  if (size === 0) deps.logger.warn('issuer publishes no key that can be used', { issuer, unusable });
  else deps.logger.debug('issuer keys fetched', { issuer, keys: size, unusable });
}
