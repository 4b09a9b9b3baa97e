import { resolve } from 'node:path';
import { err, ok, type Result } from '@countersign/core';
import type { Logger, Metrics } from '../../adapters/ports.ts';
import { NEWEST_SCHEMA } from '../migrations/index.ts';
import type { Database, Reader } from '../port.ts';
import { createDatabase } from './sqlite-database.ts';
import type { OpenFailure, Reply, Role } from './sqlite-messages.ts';
import { createReads } from './sqlite-reads.ts';
import { startThread, type Thread } from './sqlite-thread.ts';

/**
 * SQLite: one process, one file, one thread that writes and, once it is needed, one that reads. `storage/engine` is the only place that
 * knows which database it is; it must never answer a write before the write is on disk, and never open a file that is not ours.
 */
export type { OpenFailure } from './sqlite-messages.ts';

export interface SqliteOptions {
  /** File path, or `:memory:` for tests: the same engine, gone when it is closed. */
  readonly path: string;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** Milliseconds to wait for a process that owns the file and is about to end. */
  readonly lockWait?: number;
  /** Milliseconds that never go back. */
  readonly now?: () => number;
}

/** The predecessor of a restarted service gets this long to finish, in milliseconds. */
export const LOCK_WAIT = 10_000;

/** Writes the schema number over itself: the smallest write that goes to the disk and changes nothing. */
const PROBE = [{ sql: `PRAGMA user_version = ${NEWEST_SCHEMA}`, parameters: [] }];

/** Opens, and if need be makes or migrates, the database of one `serve`. */
export async function openSqlite(options: SqliteOptions): Promise<Result<Database, OpenFailure>> {
  const start = threadStarter(options);
  const memory = options.path === ':memory:';
  const opened = await start(
    memory
      ? { role: 'memory' }
      : { role: 'writer', path: options.path, lockWait: options.lockWait ?? LOCK_WAIT },
  );
  if (!opened.ok) return opened;
  const { thread: writer, path, copy } = opened.value;
  if (copy !== undefined)
    options.logger?.info('storage: migrated; the database before it was copied', { copy });
  // An in-memory database has one connection: its reads go between the groups of the writer.
  const openReader = memory
    ? (): Promise<Thread> => Promise.resolve(writer)
    : (): Promise<Thread | undefined> => startReader(start, path, options.logger);
  const now = options.now ?? monotonic;
  const { metrics } = options;
  return ok(
    createDatabase({
      writer,
      openReader,
      probe: PROBE,
      now,
      ...loggerOf(options),
      ...(metrics && { metrics }),
    }),
  );
}

/** A database that a tool only looks at, while a server may own it. */
export interface ReadOnlyDatabase extends Reader {
  close(): Promise<void>;
}

/** Opens an existing, up-to-date database for reading; takes no lock, makes and migrates nothing. */
export async function openSqliteReadOnly(
  path: string,
  logger?: Logger,
): Promise<Result<ReadOnlyDatabase, OpenFailure>> {
  const opened = await threadStarter(logger === undefined ? {} : { logger })({
    role: 'reader',
    // Absolute, because SQLite takes a name that begins with `file:` for a URI with options in it.
    path: resolve(path),
  });
  if (!opened.ok) return opened;
  const { thread } = opened.value;
  const reads = createReads({ openReader: () => Promise.resolve(thread), ...loggerOf({ logger }) });
  return ok({
    read: (statement) => reads.read(statement),
    async close() {
      await reads.close();
      // It is open even when nothing has been read.
      await thread.stop();
    },
  });
}

interface Started {
  readonly thread: Thread;
  readonly path: string;
  readonly copy?: string;
}

type Start = (role: Role) => Promise<Result<Started, OpenFailure>>;

function threadStarter(options: Pick<SqliteOptions, 'logger' | 'now'>): Start {
  return async (role) => {
    const thread = startThread({
      now: options.now ?? monotonic,
      died: (message) =>
        options.logger?.error('storage: a thread died; it needs a restart', { role: role.role, message }),
    });
    const reply = await thread.ask({ kind: 'open', role });
    if (reply?.kind === 'opened') return ok({ thread, ...reply });
    await thread.stop();
    return err(openFailure(reply));
  };
}

function openFailure(reply: Reply | undefined): OpenFailure {
  if (reply?.kind === 'refused') return reply.failure;
  return { kind: 'unusable', message: 'the storage thread died while it opened the database' };
}

async function startReader(
  start: Start,
  path: string,
  logger: Logger | undefined,
): Promise<Thread | undefined> {
  const opened = await start({ role: 'reader', path });
  if (opened.ok) return opened.value.thread;
  logger?.error('storage: the reader could not be opened', { reason: opened.error.kind });
  return undefined;
}

const monotonic = (): number => performance.now();

function loggerOf(options: { readonly logger?: Logger | undefined }): { readonly logger?: Logger } {
  return options.logger === undefined ? {} : { logger: options.logger };
}
