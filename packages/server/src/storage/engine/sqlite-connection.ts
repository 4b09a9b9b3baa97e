import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Row, Statement } from '../port.ts';

/**
 * One connection and its prepared statements. It runs statements; it knows no transactions and decides nothing.
 */
export interface Connection {
  /** Rows that were changed. */
  run(statement: Statement): number;
  all(statement: Statement): readonly Row[];
  exec(sql: string): void;
  isTransaction(): boolean;
  close(): void;
}

/** SQL texts are constants of the code, a few dozen; the bound holds should one ever be built from data. */
export const PREPARED_LIMIT = 256;

/** Kibibytes of page cache: enough for the upper pages of a million tokens, small enough for a laptop. */
const CACHE_KIB = 16 * 1024;

/** Milliseconds. One process writes, so only a tool in the middle of a checkpoint can ever be in the way. */
export const BUSY_TIMEOUT = 5000;

const WRITER_PRAGMAS = [
  // FULL: a commit is on disk when COMMIT returns. NORMAL would lose the last ones with the power.
  'PRAGMA synchronous = FULL',
  'PRAGMA wal_autocheckpoint = 4000',
  'PRAGMA journal_size_limit = 67108864',
  // A schema that was tampered with must not call functions when it is read.
  'PRAGMA trusted_schema = OFF',
  `PRAGMA cache_size = -${CACHE_KIB}`,
];

const READER_PRAGMAS = ['PRAGMA trusted_schema = OFF', `PRAGMA cache_size = -${CACHE_KIB}`];

/**
 * Sets a connection up for writing. Throws when the file cannot have a write-ahead log (some network file systems):
 * without it a reader would stop the writer.
 */
export function configureWriter(database: DatabaseSync, memory: boolean): void {
  const mode = String(database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode']);
  if (!memory && mode !== 'wal') throw new Error(`the file system allows no write-ahead log (got ${mode})`);
  for (const pragma of WRITER_PRAGMAS) database.exec(pragma);
}

/** Sets a read-only connection up. */
export function configureReader(database: DatabaseSync): void {
  for (const pragma of READER_PRAGMAS) database.exec(pragma);
}

/** A connection over an open, configured database, which it owns from now on. */
export function createConnection(database: DatabaseSync): Connection {
  const prepared = new Map<string, StatementSync>();

  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    if (prepared.size >= PREPARED_LIMIT) {
      const oldest = prepared.keys().next();
      if (!oldest.done) prepared.delete(oldest.value);
    }
    prepared.set(sql, statement);
    return statement;
  };

  return {
    run: ({ sql, parameters }) => Number(prepare(sql).run(...parameters).changes),
    // `readBigInts` is off, so that SQLite gives exactly the values of SqlValue.
    all: ({ sql, parameters }) => prepare(sql).all(...parameters) as unknown as readonly Row[],
    exec: (sql) => {
      prepare(sql).run();
    },
    isTransaction: () => database.isTransaction,
    close: () => database.close(),
  };
}
