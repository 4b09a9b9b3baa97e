import { parseOpaque } from '@countersign/core';
import type { Clock } from '../adapters/ports.ts';
import type { ChecksumRing } from '../keys/port.ts';
import type { Reader } from '../storage/port.ts';
import { findToken, parseToken } from '../storage/repositories/tokens.ts';
import { hashOf } from './issue.ts';
import type { MassRevocations } from './mass-revocations.ts';
import type { Presented, TokenRecord } from './model.ts';
import { createSignedValues, type SigningRings } from './signed.ts';
import type { TokenTable } from './token-table.ts';

export interface PresenterDeps {
  readonly table: Pick<TokenTable, 'find' | 'insert' | 'kept' | 'removals'>;
  readonly massRevocations: Pick<MassRevocations, 'covers'>;
  readonly checksums: Pick<ChecksumRing, 'verify'>;
  readonly signingRings: SigningRings;
  /** What other processes have changed, as far as this one has heard. */
  readonly feed: Hearing;
  readonly reader: Reader;
  readonly clock: Clock;
}

export interface Hearing {
  /** Whether this process has gone without hearing of changes for too long to rely on its memory. */
  stale(): boolean;
  /** Asks now. All who ask at the same time share one answer; never rejects. */
  poll(): Promise<void>;
}

/** Says what a presented value is; without a promise when the process knows. Rejects only for a fault. */
export type Presenter = (value: string) => Presented | Promise<Presented>;

/** The same by SHA-256. Whoever asks has seen by other means that the value is good: a foreign token that verified. */
export type HashPresenter = (hash: Uint8Array) => Presented | Promise<Presented>;

export interface Presenters {
  readonly byValue: Presenter;
  readonly byHash: HashPresenter;
}

/** Look-ups in storage at once; one more is `unavailable`: a storm of unknown tokens must not queue up without end. */
export const MAX_LOOKUPS = 64;

/** No opaque value of ours is longer; what is longer has to be signed, or is not even hashed. */
const MAX_OPAQUE = 64;

const INVALID: Presented = { state: 'invalid' };
const EXPIRED: Presented = { state: 'expired' };
const REVOKED: Presented = { state: 'revoked' };
const UNAVAILABLE: Presented = { state: 'unavailable' };

export function createPresenter(deps: PresenterDeps): Presenter {
  return createPresenters(deps).byValue;
}

/** Both share what bounds look-ups in storage. */
export function createPresenters(deps: PresenterDeps): Presenters {
  const { table, checksums, feed } = deps;
  const signed = createSignedValues(deps.signingRings);
  const ask = createLookups(deps);

  const madeHere = (value: string): boolean => {
    if (value.length > MAX_OPAQUE) return signed.verify(value);
    const parsed = parseOpaque(value);
    return parsed !== undefined && checksums.verify(parsed.body, parsed.checksum);
  };

  const whenHeard = async (hash: Uint8Array): Promise<Presented> => {
    await feed.poll();
    // Storage that is silent knows nothing: the token may be good, so the answer is 503 and never 401.
    if (feed.stale()) return UNAVAILABLE;
    const known = table.find(hash);
    return known ? judge(deps, known) : ask(hash);
  };

  const settle = (hash: Uint8Array, known: TokenRecord | undefined): Presented | Promise<Presented> => {
    if (feed.stale()) return whenHeard(hash);
    return known ? judge(deps, known) : ask(hash);
  };

  return {
    byValue: (value) => {
      // Before the table: a key that was withdrawn takes every token with it that it signed, the known ones too.
      if (value.length > MAX_OPAQUE && !signed.namesKey(value)) return INVALID;
      const hash = hashOf(value);
      const known = table.find(hash);
      // A value that was not made here never reaches storage.
      return known || madeHere(value) ? settle(hash, known) : INVALID;
    },
    byHash: (hash) => settle(hash, table.find(hash)),
  };
}

interface Lookup {
  readonly answer: Promise<Presented>;
  /** Removals from the table before storage was asked. */
  readonly removals: number;
}

/** Asks storage for tokens that the table does not know: each once at a time, and so many at once. */
function createLookups(deps: PresenterDeps): (hash: Uint8Array) => Presented | Promise<Presented> {
  const { table } = deps;
  const lookups = new Map<string, Lookup>();
  let running = 0;

  const lookUp = async (hash: Uint8Array, removals: number): Promise<Presented> => {
    const rows = await deps.reader.read(findToken(hash));
    if (!rows.ok) return UNAVAILABLE;
    const [row] = rows.value;
    if (!row) return INVALID;
    const { record, revokedAt } = parseToken(row);
    if (revokedAt !== undefined && revokedAt <= Math.floor(deps.clock.now() / 1000)) return REVOKED;
    const presented = judge(deps, table.kept(record));
    // The row was read before a token was revoked, perhaps this one: it may answer whoever asked then, nobody later.
    if (presented.state === 'live' && table.removals === removals) table.insert(hash, record);
    return presented;
  };

  return (hash) => {
    const key = Buffer.from(hash).toString('latin1');
    const removals = table.removals;
    const shared = lookups.get(key);
    if (shared?.removals === removals) return shared.answer;
    if (running >= MAX_LOOKUPS) return UNAVAILABLE;
    running += 1;
    const answer = lookUp(hash, removals).finally(() => {
      running -= 1;
      if (lookups.get(key)?.answer === answer) lookups.delete(key);
    });
    lookups.set(key, { answer, removals });
    return answer;
  };
}

/** A token ends at its expiry, not after it (RFC 7519 section 4.1.4: on or after which it must not be accepted). */
function judge({ clock, massRevocations }: PresenterDeps, token: TokenRecord): Presented {
  if (Math.floor(clock.now() / 1000) >= token.expiresAt) return EXPIRED;
  return massRevocations.covers(token) ? REVOKED : { state: 'live', token };
}
