import type { DatabaseSync } from 'node:sqlite';
import { NEWEST_SCHEMA } from '../migrations/index.ts';

/**
 * Whose database it is and which schema it has, from two numbers in the file's header: cheap enough to ask at every
 * start, and without kysely.
 */

/** `CSGN`. A file without it that holds tables belongs to something else and is left alone. */
export const APPLICATION_ID = 0x43_53_47_4e;

export type SchemaState =
  | { readonly kind: 'empty' | 'current' | 'foreign' }
  | { readonly kind: 'older' | 'newer'; readonly found: number };

/** What an open database holds; changes nothing. Throws when the file is not a database. */
export function readSchema(connection: DatabaseSync): SchemaState {
  if (number(connection, 'SELECT count(*) AS value FROM sqlite_schema') === 0) return { kind: 'empty' };
  if (number(connection, 'SELECT application_id AS value FROM pragma_application_id') !== APPLICATION_ID)
    return { kind: 'foreign' };
  const found = number(connection, 'SELECT user_version AS value FROM pragma_user_version');
  if (found === NEWEST_SCHEMA) return { kind: 'current' };
  return { kind: found > NEWEST_SCHEMA ? 'newer' : 'older', found };
}

function number(connection: DatabaseSync, sql: string): number {
  return Number(connection.prepare(sql).get()?.['value']);
}
