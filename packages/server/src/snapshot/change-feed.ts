import { ok, type Result } from '@countersign/core';
import type { Clock, Logger, Metrics } from '../adapters/ports.ts';
import type { Reader, Row } from '../storage/port.ts';
import { changesAfter, newestChange, parseChange, type Change } from '../storage/repositories/changes.ts';

/**
 * How a process hears what others have changed (and itself): revocations, keys. The rows are read in the order of
 * their commits and applied one by one. It must never pretend to have heard: as long as storage does not say that
 * nothing is left, time runs towards {@link ChangeFeed.stale}, and then memory is not relied on any more.
 */
export interface ChangeFeed {
  /** Whether this process has heard nothing for longer than `maxStaleness`. */
  stale(): boolean;
  /** Hears what is there now. All who ask at the same time share one; never rejects. */
  poll(): Promise<void>;
  close(): void;
}

export interface ChangeFeedDeps {
  readonly reader: Reader;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: Metrics;
  /** Seconds. */
  readonly maxStaleness: number;
  /** Has to bear hearing a change twice. `unavailable`: it is heard again with the next poll, and nothing after it before. */
  readonly apply: (change: Change) => Promise<Result<void, 'unavailable'>>;
  /** Number of the last change that this process knows already. */
  readonly from: number;
}

/** Milliseconds between two polls: a revocation is heard everywhere within a second. */
const INTERVAL = 250;

/** Rows of one read. */
export const CHANGE_PAGE = 1000;

/** The number to begin after: read before tokens, keys and revocations are, so that nothing falls in between. */
export async function newestSeq(reader: Reader): Promise<Result<number, 'unavailable'>> {
  const rows = await reader.read(newestChange());
  if (!rows.ok) return rows;
  const [row] = rows.value;
  return ok(row ? parseChange(row).seq : 0);
}

export function createChangeFeed(deps: ChangeFeedDeps): ChangeFeed {
  const { clock, logger } = deps;
  const listener = createListener(deps);
  const unheard = (): number => clock.now() - listener.heardAt();
  deps.metrics?.read('countersign_change_feed_lag_seconds', () => [[unheard() / 1000, {}]]);
  let polling: Promise<void> | undefined;
  const poll = (): Promise<void> => {
    polling ??= listener
      .hear()
      .catch((error: unknown) => {
        logger.error('changes could not be read', { reason: reasonOf(error) });
      })
      .finally(() => (polling = undefined));
    return polling;
  };
  // A tick during a poll joins it: there are never two at once.
  const timer = setInterval(() => void poll(), INTERVAL).unref();
  return {
    stale: () => unheard() > deps.maxStaleness * 1000,
    poll,
    close() {
      listener.close();
      clearInterval(timer);
    },
  };
}

interface Listener {
  /** Hears everything there is. Rejects only for a fault. */
  hear(): Promise<void>;
  /** Clock time up to which everything has been heard. */
  heardAt(): number;
  close(): void;
}

function createListener(deps: ChangeFeedDeps): Listener {
  const { clock, logger } = deps;
  let seq = deps.from;
  let heardAt = clock.now();
  const state = { closed: false };

  /** Whether the change was applied, or is past applying. */
  const heed = async (row: Row): Promise<boolean> => {
    try {
      const change = parseChange(row);
      // Of a table that held nothing no change is missed, whatever number the next one has.
      if (seq > 0 && change.seq > seq + 1)
        logger.warn('changes are missing', { after: seq, before: change.seq });
      if (!(await deps.apply(change)).ok) return false;
      seq = change.seq;
    } catch (error) {
      // A row that nobody can read must not keep this process from hearing of the revocation after it.
      seq = numberOf(row, seq);
      logger.error('a change could not be applied', { seq, reason: reasonOf(error) });
    }
    return true;
  };

  const hear = async (): Promise<void> => {
    while (!state.closed) {
      const since = clock.now();
      const before = seq;
      const rows = await deps.reader.read(changesAfter(seq, CHANGE_PAGE));
      if (!rows.ok) return;
      for (const row of rows.value) if (!(await heed(row))) return;
      if (rows.value.length >= CHANGE_PAGE && seq > before) continue;
      // As of the question, not of the answer: what was committed in between has not been heard.
      heardAt = since;
      return;
    }
  };

  return { hear, heardAt: () => heardAt, close: () => void (state.closed = true) };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}

/** The number of a row that cannot be read otherwise. */
function numberOf(row: Row, otherwise: number): number {
  const seq = row['seq'];
  return typeof seq === 'number' && seq > otherwise ? seq : otherwise;
}
