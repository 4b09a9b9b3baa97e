import type { Logger, Metrics } from '../../adapters/ports.ts';
import { createGroupCommit, type UnitOutcome } from '../group-commit.ts';
import type { Database, Unit } from '../port.ts';
import { createReads } from './sqlite-reads.ts';
import type { Reply } from './sqlite-messages.ts';
import type { Thread } from './sqlite-thread.ts';

/**
 * The database over its threads: writes through the group commit to the one that writes, reads to the one that reads, once it is needed.
 * Nothing that a thread does or fails to do may reject, or leave a caller without an answer.
 */
export interface DatabaseDeps {
  readonly writer: Thread;
  /** Starts the reader at the first read that finds the writer at work; `undefined` when it cannot be opened. */
  openReader(): Promise<Thread | undefined>;
  /** Written when writing has failed, to find out whether it works again; changes nothing. */
  readonly probe: Unit;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
}

/** What the writer says, and how long it took to say it. */
async function askToCommit(
  { writer, metrics, now }: Pick<DatabaseDeps, 'writer' | 'metrics' | 'now'>,
  units: readonly Unit[],
): Promise<Reply | undefined> {
  const since = now();
  const reply = await writer.ask({ kind: 'commit', units });
  const result = reply?.kind === 'committed' ? 'ok' : 'failed';
  metrics?.observe('countersign_storage_commit_seconds', (now() - since) / 1000, { result });
  return reply;
}

/** The database of one `serve`. */
export function createDatabase(deps: DatabaseDeps): Database {
  const { writer, logger, metrics } = deps;
  let failingSince: number | undefined;
  let probing = false;
  let closing: Promise<void> | undefined;
  const reads = createReads(deps);

  /** Logged when it begins and when it ends, not for every write in between. */
  const failed = (message: string): Error => {
    if (failingSince === undefined) logger?.error('storage: writing fails', { message });
    failingSince ??= deps.now();
    return new Error(message);
  };

  const commit = async (units: readonly Unit[]): Promise<readonly UnitOutcome[]> => {
    const reply = await askToCommit(deps, units);
    if (reply?.kind !== 'committed')
      throw failed(reply?.kind === 'failed' ? reply.message : 'the storage thread is dead');
    if (failingSince !== undefined) logger?.info('storage: writing works again');
    failingSince = undefined;
    for (const message of reply.faults) logger?.error('storage: a unit failed', { message });
    return reply.outcomes;
  };
  const group = createGroupCommit({ commit, now: () => deps.now() });

  /** When writing fails nobody may be sent here, and then nobody would ever write again: so a look tries, one at a time. */
  const probe = (): void => {
    if (probing) return;
    probing = true;
    void group.write(deps.probe).then(() => {
      probing = false;
    });
  };

  const silentFor = (): number => {
    const since = [failingSince, writer.silentSince(), reads.silentSince()].filter((at) => at !== undefined);
    if (failingSince !== undefined) probe();
    return since.length === 0 ? 0 : deps.now() - Math.min(...since);
  };
  metrics?.read('countersign_storage_queue_units', () => [[group.queued(), {}]]);
  metrics?.read('countersign_storage_silent_seconds', () => [[silentFor() / 1000, {}]]);

  return {
    write: (unit) => group.write(unit),
    read: (statement) => reads.read(statement),
    silentFor,
    close() {
      closing ??= (async () => {
        await group.close();
        await reads.close();
        // Last, so that it is the writer's connection that moves the log into the database and removes it.
        await writer.stop();
      })();
      return closing;
    },
  };
}
