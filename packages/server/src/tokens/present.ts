import { parseOpaque } from '@countersign/core';
import type { Clock } from '../adapters/ports.ts';
import type { ChecksumRing } from '../keys/port.ts';
import type { Reader } from '../storage/port.ts';
import { findToken, parseToken } from '../storage/repositories/tokens.ts';
import { hashOf } from './issue.ts';
import type { Presented, TokenRecord } from './model.ts';
import type { TokenTable } from './token-table.ts';

export interface PresenterDeps {
  readonly table: Pick<TokenTable, 'find' | 'insert' | 'removals'>;
  readonly checksums: Pick<ChecksumRing, 'verify'>;
  readonly reader: Reader;
  readonly clock: Clock;
}

/** Says what a presented value is; without a promise when the process knows. Rejects only for a fault. */
export type Presenter = (value: string) => Presented | Promise<Presented>;

/** Look-ups in storage at once; one more is `unavailable`: a storm of unknown tokens must not queue up without end. */
export const MAX_LOOKUPS = 64;

/** No value of ours is longer; a header full of noise is not even hashed. */
const MAX_VALUE = 64;

const INVALID: Presented = { state: 'invalid' };
const EXPIRED: Presented = { state: 'expired' };
const REVOKED: Presented = { state: 'revoked' };
const UNAVAILABLE: Presented = { state: 'unavailable' };

interface Lookup {
  readonly answer: Promise<Presented>;
  /** Removals from the table before storage was asked. */
  readonly removals: number;
}

export function createPresenter(deps: PresenterDeps): Presenter {
  const { table, checksums, clock } = deps;
  const lookups = new Map<string, Lookup>();
  let running = 0;

  const lookUp = async (hash: Uint8Array, removals: number): Promise<Presented> => {
    const rows = await deps.reader.read(findToken(hash));
    // Storage that is silent knows nothing: the token may be good, so the answer is 503 and never 401.
    if (!rows.ok) return UNAVAILABLE;
    const [row] = rows.value;
    if (!row) return INVALID;
    const { record, revokedAt } = parseToken(row);
    if (revokedAt !== undefined) return REVOKED;
    const presented = byTime(record, clock);
    // The row was read before a token was revoked, perhaps this one: it may answer whoever asked then, nobody later.
    if (presented.state === 'live' && table.removals === removals) table.insert(hash, record);
    return presented;
  };

  return (value) => {
    if (value.length > MAX_VALUE) return INVALID;
    const hash = hashOf(value);
    const known = table.find(hash);
    if (known) return byTime(known, clock);

    const parsed = parseOpaque(value);
    // A value that was not made here costs two hashes and never reaches storage.
    if (!parsed || !checksums.verify(parsed.body, parsed.checksum)) return INVALID;

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
function byTime(token: TokenRecord, clock: Clock): Presented {
  return Math.floor(clock.now() / 1000) < token.expiresAt ? { state: 'live', token } : EXPIRED;
}
