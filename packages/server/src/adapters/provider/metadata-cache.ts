import { err, ok, type Result } from '@countersign/core';
import type { Provider } from '../../sessions/provider-client.ts';
import { fetchMetadata } from '../openid-discovery.ts';
import type { Clock } from '../ports.ts';
import type { FetchFailure, SafeFetch } from '../safe-fetch.ts';
import { parseMetadata, type Metadata } from './metadata.ts';

/**
 * Descriptions of providers, remembered. However many people sign in at once, a provider is asked by one of them; while
 * it cannot be asked, what it said last is good enough to send people there.
 */
export type FindMetadata = (provider: Provider) => Promise<Result<Metadata, MetadataFailure>>;

export type MetadataFailure = FetchFailure | 'malformed' | 'issuer';

/** Milliseconds for which a description is not asked for again. */
const FRESH = 10 * 60_000;

/** Milliseconds for which the last good one serves while the provider is down. */
const KEEP_ON_FAILURE = 24 * 60 * 60_000;

/** Milliseconds between two attempts, so that a provider that is down is not asked by everybody who waits for it. */
const COOL_DOWN = 5_000;

/** Providers remembered at once; beyond it the one that was added first is forgotten. */
const MAX_PROVIDERS = 1024;

interface Entry {
  copy?: { readonly metadata: Metadata; readonly fetchedAt: number };
  failure?: MetadataFailure;
  attemptedAt: number;
  inFlight?: Promise<void>;
}

export function createMetadataCache(deps: {
  readonly fetch: SafeFetch;
  readonly clock: Clock;
}): FindMetadata {
  const entries = new Map<string, Entry>();
  return async (provider) => {
    const entry = entryOf(entries, provider.id);
    const now = deps.clock.now();
    if (entry.copy && now - entry.copy.fetchedAt < FRESH) return ok(entry.copy.metadata);
    if (entry.inFlight === undefined && now - entry.attemptedAt >= COOL_DOWN) {
      entry.attemptedAt = now;
      entry.inFlight = load(deps, provider.issuer, entry).finally(() => delete entry.inFlight);
    }
    await entry.inFlight;
    return answer(entry, deps.clock.now());
  };
}

/** The id is made from name and issuer: another issuer is another entry. */
function entryOf(entries: Map<string, Entry>, id: string): Entry {
  const known = entries.get(id);
  if (known) return known;
  const oldest = entries.size >= MAX_PROVIDERS ? entries.keys().next().value : undefined;
  if (oldest !== undefined) entries.delete(oldest);
  const entry: Entry = { attemptedAt: Number.NEGATIVE_INFINITY };
  entries.set(id, entry);
  return entry;
}

/** Rejects only for a fault. */
async function load(
  { fetch, clock }: { readonly fetch: SafeFetch; readonly clock: Clock },
  issuer: string,
  entry: Entry,
): Promise<void> {
  const asked = clock.now();
  const document = await fetchMetadata(fetch, issuer, {});
  const parsed = document.ok ? parseMetadata(document.value, issuer) : document;
  if (parsed.ok) entry.copy = { metadata: parsed.value, fetchedAt: asked };
  else entry.failure = parsed.error;
}

function answer({ copy, failure }: Entry, now: number): Result<Metadata, MetadataFailure> {
  if (copy && now - copy.fetchedAt < KEEP_ON_FAILURE) return ok(copy.metadata);
  return err(failure ?? 'connection');
}
