import type { Row, SqlValue, Statement } from '../port.ts';
import type { Tables } from '../tables.ts';
import { boundedLimit } from './list-filter.ts';
import { insertInto, parseRow, selectAll, type TableShape } from './table-shape.ts';

/**
 * The trail of what was issued, changed and revoked: rows are only ever added, each a link of its writer's chain.
 * What an event says is written by `audit/`; here it is columns.
 */

/** A row as it is stored. `writer` is null in rows older than the chain. */
export type AuditRow = Tables['audit'];

/** What the author of a row gives; the engine adds its place in the chain. */
export type UnlinkedRow = Omit<AuditRow, 'writer' | 'n' | 'prev' | 'hash'>;

const SHAPE: TableShape<'audit'> = {
  id: 'text',
  time: 'integer',
  event: 'text',
  decision: 'text?',
  token: 'text?',
  actor: 'text',
  organization: 'text?',
  detail: 'text?',
  salt: 'text?',
  payload: 'text?',
  digest: 'text?',
  // The engine appends these four, so they have to be the last.
  writer: 'text?',
  n: 'integer?',
  prev: 'text?',
  hash: 'text?',
};

const insert = insertInto('audit', SHAPE);
const AUTHORED = Object.keys(SHAPE).slice(0, -4) as (keyof UnlinkedRow)[];

const ALL = selectAll('audit', SHAPE);
const CHAIN_PAGE = `${ALL} where "writer" = ? and "n" > ? order by "n" limit ?`;
const EXPORT_PAGE = `${ALL} where "id" > ? and "id" < ? order by "id" limit ?`;
const NEXT_WRITER = 'select min("writer") as "writer" from "audit" where "writer" > ?';
/** `coalesce` keeps the index of the chains out of it: along the ids the first row, or nearly, is the one. */
const FIRST_CHAINED = 'select "id" from "audit" where coalesce("n", 0) > 0 order by "id" limit 1';

/**
 * From writer to writer along the index, never through all the rows. The counter ends it: `limit` inside of a recursion
 * is not understood everywhere.
 */
const HEADS =
  'with recursive "w" ("writer", "at") as (select min("writer"), 1 from "audit" where "writer" > ?' +
  ' union all select (select min("a"."writer") from "audit" as "a" where "a"."writer" > "w"."writer"), "at" + 1 from "w"' +
  ' where "w"."writer" is not null and "at" < ?)' +
  ' select "h"."writer", "h"."n", "h"."hash" from "w" join "audit" as "h" on "h"."writer" = "w"."writer"' +
  ' where "h"."n" = (select max("x"."n") from "audit" as "x" where "x"."writer" = "w"."writer") order by "h"."writer"';

/** The digest is what the engine makes the next link of. */
export function insertAuditEvent(row: UnlinkedRow & { readonly digest: string }): Statement {
  return { sql: insert.sql, parameters: AUTHORED.map((column): SqlValue => row[column]), link: row.digest };
}

/** Links of one writer, by their place. */
export function chainPage(writer: string, after: number, limit: number): Statement {
  return { sql: CHAIN_PAGE, parameters: [writer, after, boundedLimit(limit)] };
}

/** Events with ids between the two, both left out: oldest first. */
export function auditPage(after: string, before: string, limit: number): Statement {
  return { sql: EXPORT_PAGE, parameters: [after, before, boundedLimit(limit)] };
}

/** One row: the first writer after this one, null when there is none. */
export function nextWriter(after: string): Statement {
  return { sql: NEXT_WRITER, parameters: [after] };
}

/** The first event of a chain; no row while there is none. What is older is in no chain. */
export function firstChainedEvent(): Statement {
  return { sql: FIRST_CHAINED, parameters: [] };
}

/** The last link of each of the writers after this one, at most so many. */
export function chainHeads(after: string, limit: number): Statement {
  return { sql: HEADS, parameters: [after, boundedLimit(limit)] };
}

/** Reads a row back; throws when it is not one of ours. */
export function parseAuditRow(row: Row): AuditRow {
  return parseRow('audit', SHAPE, row);
}

export interface ChainHead {
  readonly writer: string;
  readonly n: number;
  /** base64url. */
  readonly hash: string;
}

export function parseHead({ writer, n, hash }: Row): ChainHead {
  if (typeof writer === 'string' && typeof n === 'number' && typeof hash === 'string')
    return { writer, n, hash };
  throw new Error('storage: audit holds a link without its place');
}
