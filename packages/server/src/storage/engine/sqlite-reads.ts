import { err, ok, type Result } from '@countersign/core';
import type { Logger } from '../../adapters/ports.ts';
import type { Reader, Row, Statement } from '../port.ts';
import type { Thread } from './sqlite-thread.ts';

/** Reads that may be under way; one more is `unavailable` at once. */
export const READ_LIMIT = 1024;

/** Milliseconds after which a read is `unavailable`: a page takes a few, so long ones are read in pages. */
export const READ_WAIT = 10_000;

export interface ReadsDeps {
  /** The thread that writes, if it may also read. */
  readonly writer?: Thread;
  /** Starts the reader; `undefined` when it cannot be opened. */
  openReader(): Promise<Thread | undefined>;
  readonly logger?: Logger;
}

export interface Reads extends Reader {
  silentSince(): number | undefined;
  close(): Promise<void>;
}

/**
 * Reads through a thread of their own, so that they and the writes never wait for each other. It is started by the first
 * read that finds the writer at work: a thread takes 13 MB and a sixth of the start, and a process that is starting or
 * idle has one already, with nothing to do. A write can thus wait for one read, once.
 */
export function createReads(deps: ReadsDeps): Reads {
  let opening: Promise<Thread | undefined> | undefined;
  let thread: Thread | undefined;
  let underWay = 0;
  let closed = false;

  const openReader = async (): Promise<Thread | undefined> => {
    thread = await deps.openReader().catch(() => undefined);
    // It may have failed for a passing reason (no descriptor left), so the next read tries again.
    if (thread === undefined) opening = undefined;
    return thread;
  };

  /** Not when it owes an answer or is dead, nor once there is a reader. */
  const idleWriter = (): Thread | undefined =>
    opening === undefined && deps.writer?.silentSince() === undefined ? deps.writer : undefined;

  const ask = async (statement: Statement): Promise<Result<readonly Row[], 'unavailable'>> => {
    const reader = idleWriter() ?? (await (opening ??= openReader()));
    const reply = await reader?.ask({ kind: 'read', statement });
    if (reply?.kind === 'rows') return ok(reply.rows);
    if (reply?.kind === 'failed') deps.logger?.error('storage: a read failed', { message: reply.message });
    return err('unavailable');
  };

  return {
    async read(statement) {
      if (closed || underWay >= READ_LIMIT) return err('unavailable');
      underWay += 1;
      const asked = ask(statement)
        .catch((): Result<readonly Row[], 'unavailable'> => err('unavailable'))
        .finally(() => {
          underWay -= 1;
        });
      return withinWait(asked);
    },
    silentSince: () => thread?.silentSince(),
    async close() {
      closed = true;
      await (await opening)?.stop();
    },
  };
}

/** The answer, or `unavailable` when it takes too long; a thread that hangs must not hang its callers. */
function withinWait(asked: Promise<Result<readonly Row[], 'unavailable'>>): typeof asked {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(err('unavailable')), READ_WAIT);
    void asked.then((result) => {
      clearTimeout(late);
      resolve(result);
    });
  });
}
