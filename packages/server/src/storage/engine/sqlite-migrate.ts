import { closeSync, openSync, renameSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { MIGRATIONS, NEWEST_SCHEMA } from '../migrations/index.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { APPLICATION_ID } from './sqlite-schema.ts';
import { syncDirectory } from './sqlite-file.ts';

/**
 * Brings a database to the newest schema. The only file beside the dialect that loads kysely, and therefore itself
 * loaded only when there is something to do.
 */

/**
 * Runs every migration that is missing. All of them and the version they lead to are ONE transaction, so that a crash
 * leaves the old schema or the new one: kysely takes SQLite's DDL for not transactional, which it is.
 * Throws what went wrong, with nothing changed. `migrations`: another list than ours only in tests.
 */
export async function migrateSqlite(connection: DatabaseSync, migrations = MIGRATIONS): Promise<void> {
  connection.exec('BEGIN IMMEDIATE');
  try {
    const migrator = new Migrator({
      db: new Kysely<unknown>({ dialect: sqliteDialect(connection) }),
      provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw new Error('the migration failed', { cause: error });
    connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    connection.exec(`PRAGMA user_version = ${Object.keys(migrations).length}`);
    connection.exec('COMMIT');
  } catch (error) {
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Copies the database to `PATH.before-NNNN` (NNNN: the schema it is about to get) and returns that name. The copy
 * replaces one that an earlier, failed attempt left, and takes its name only when it is complete.
 */
export function copyBeforeMigration(connection: DatabaseSync, path: string): string {
  const target = `${path}.before-${String(NEWEST_SCHEMA).padStart(4, '0')}`;
  const partial = `${target}.partial`;
  rmSync(partial, { force: true });
  // Made before SQLite writes into it: the copy holds all that the database holds, so nobody else may read it.
  closeSync(openSync(partial, 'wx', 0o600));
  connection.prepare('VACUUM INTO ?').run(partial);
  renameSync(partial, target);
  syncDirectory(target);
  return target;
}
