import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { NEWEST_SCHEMA } from '../migrations/index.ts';
import {
  BUSY_TIMEOUT,
  configureReader,
  configureWriter,
  type Connection,
  createConnection,
} from './sqlite-connection.ts';
import { ensurePrivateFile, lockFile, sqliteCode } from './sqlite-file.ts';
import type { OpenFailure, Role } from './sqlite-messages.ts';
import { readSchema } from './sqlite-schema.ts';

/**
 * Opens a database in its role: take the file, look whose it is, only then change anything. A file that is refused is
 * left as it was found.
 */
export type Opened =
  | { readonly connection: Connection; readonly path: string; readonly copy?: string; close(): void }
  | { readonly failure: OpenFailure };

const SQLITE_NOTADB = 26;

/** Never throws. */
export async function openRole(role: Role): Promise<Opened> {
  try {
    if (role.role === 'writer') return await openWriter(role.path, role.lockWait);
    return role.role === 'memory' ? await openMemory() : openReader(role.path);
  } catch (error) {
    if (sqliteCode(error) === SQLITE_NOTADB) return { failure: { kind: 'not_a_database' } };
    return { failure: { kind: 'unusable', message: messageOf(error) } };
  }
}

/** With the causes: what failed, and why. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`;
}

async function openWriter(given: string, lockWait: number): Promise<Opened> {
  const path = ensurePrivateFile(given);
  const lock = lockFile(path, lockWait);
  if (lock === undefined) return { failure: { kind: 'locked' } };
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT });
  const close = (): void => {
    database.close();
    lock.release();
  };
  try {
    const prepared = await prepareWriter(database, path);
    if ('failure' in prepared) {
      close();
      return prepared;
    }
    return { connection: createConnection(database), path, close, ...prepared };
  } catch (error) {
    close();
    throw error;
  }
}

async function prepareWriter(
  database: DatabaseSync,
  path: string,
): Promise<{ readonly copy?: string } | { readonly failure: OpenFailure }> {
  const schema = readSchema(database);
  if (schema.kind === 'foreign') return { failure: { kind: 'not_a_database' } };
  if (schema.kind === 'newer')
    return { failure: { kind: 'newer_schema', found: schema.found, known: NEWEST_SCHEMA } };
  configureWriter(database, false);
  if (schema.kind === 'current') return {};
  // Kysely is loaded here and nowhere else: an up-to-date database starts without it.
  const { copyBeforeMigration, migrateSqlite } = await import('./sqlite-migrate.ts');
  const copy = schema.kind === 'older' ? { copy: copyBeforeMigration(database, path) } : {};
  await migrateSqlite(database);
  return copy;
}

async function openMemory(): Promise<Opened> {
  const database = new DatabaseSync(':memory:');
  configureWriter(database, true);
  const { migrateSqlite } = await import('./sqlite-migrate.ts');
  await migrateSqlite(database);
  return { connection: createConnection(database), path: ':memory:', close: () => database.close() };
}

/** A reader migrates nothing: anything but the schema it knows is refused. */
function openReader(path: string): Opened {
  if (!existsSync(path)) return { failure: { kind: 'unusable', message: 'there is no such file' } };
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT });
  try {
    const failure = readerFailure(database);
    if (failure === undefined) {
      configureReader(database);
      return { connection: createConnection(database), path, close: () => database.close() };
    }
    database.close();
    return { failure };
  } catch (error) {
    database.close();
    throw error;
  }
}

function readerFailure(database: DatabaseSync): OpenFailure | undefined {
  const schema = readSchema(database);
  if (schema.kind === 'current') return undefined;
  if (schema.kind === 'foreign') return { kind: 'not_a_database' };
  if (schema.kind === 'newer') return { kind: 'newer_schema', found: schema.found, known: NEWEST_SCHEMA };
  const what = 'found' in schema ? `has schema ${schema.found}, not ${NEWEST_SCHEMA}` : 'is empty';
  return { kind: 'unusable', message: `the database ${what}: the server makes it when it starts` };
}
