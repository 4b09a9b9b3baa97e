import type { Clock, Logger, Random } from '../adapters/ports.ts';
import type { KeyRing } from '../keys/port.ts';
import type { Database } from '../storage/port.ts';
import { chainHeads, parseHead, type ChainHead } from '../storage/repositories/audit-events.ts';
import { insertCheckpoint } from '../storage/repositories/checkpoints.ts';
import { MAX_HEADS, signCheckpoint } from './checkpoint.ts';
import { ID_BYTES, newId } from './decision-id.ts';

export interface CheckpointsDeps {
  readonly database: Pick<Database, 'read' | 'write'>;
  /** The audit ring. */
  readonly ring: Pick<KeyRing, 'signing'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: Random;
}

export interface Checkpoints {
  /** Signs whatever has moved, now. */
  sign(): Promise<void>;
  /** Signs what has moved since the last time, then stops. */
  close(): Promise<void>;
}

/** Milliseconds between two looks at the chains. */
const INTERVAL = 60_000;

/**
 * Milliseconds after which every head is signed anew, moved or not: so the checkpoints of the last days name every
 * chain, and older ones may be taken away.
 */
export const RENEWED_AFTER = 24 * 3600_000;

/** Chains looked at in one read. */
const READ = 100;

/**
 * Signs where the chains end, of all writers: each minute, and when the process ends. A checkpoint is stored, and
 * logged whole, so that it is also kept where whoever writes to the database does not write.
 */
export function createCheckpoints(deps: CheckpointsDeps): Checkpoints {
  const signed = new Map<string, number>();
  let renewedAt = deps.clock.now();
  let last: Promise<void> = Promise.resolve();

  const round = async (): Promise<void> => {
    if (deps.clock.now() - renewedAt >= RENEWED_AFTER) {
      renewedAt = deps.clock.now();
      signed.clear();
    }
    for await (const heads of pages(deps)) {
      const moved = heads.filter(({ writer, n }) => signed.get(writer) !== n);
      for (let from = 0; from < moved.length; from += MAX_HEADS) {
        const part = moved.slice(from, from + MAX_HEADS);
        if (!(await write(deps, part))) return;
        for (const { writer, n } of part) signed.set(writer, n);
      }
    }
  };
  // One after the other, so that none signs what the one before has just signed.
  const run = (): Promise<void> => {
    last = last.then(round, round);
    return last;
  };
  const timer = setInterval(() => void run(), INTERVAL).unref();
  return {
    sign: run,
    close() {
      clearInterval(timer);
      return run();
    },
  };
}

/** The heads of all chains; ends early when storage does not answer, since the next round comes. */
async function* pages({ database, logger }: CheckpointsDeps): AsyncGenerator<readonly ChainHead[]> {
  let after = '';
  for (;;) {
    const rows = await database.read(chainHeads(after, READ));
    if (!rows.ok) return logger.warn('the audit chains could not be read for a checkpoint');
    const heads = rows.value.map(parseHead);
    yield heads;
    const end = heads.at(-1);
    if (end === undefined || heads.length < READ) return;
    after = end.writer;
  }
}

async function write(deps: CheckpointsDeps, heads: readonly ChainHead[]): Promise<boolean> {
  const { database, ring, clock, logger, random } = deps;
  const time = clock.now();
  const id = newId('chk', time, random.bytes(ID_BYTES));
  const signed = signCheckpoint(ring.signing(), { id, iat: Math.floor(time / 1000), heads });
  const written = await database.write([
    insertCheckpoint({ id, time, heads: JSON.stringify(heads), signed }),
  ]);
  if (written.ok) logger.info('audit checkpoint', { checkpoint: signed });
  else logger.warn('an audit checkpoint could not be stored');
  return written.ok;
}
