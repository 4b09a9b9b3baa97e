import type { Json } from '@countersign/core';
import type { Row, Statement } from '../port.ts';
import { boundedLimit } from './list-filter.ts';
import { parseJsonColumn, parseRow, selectAll, type TableShape } from './table-shape.ts';

/** The change feed: what processes other than the one that did it have to hear of, in the order of the commits. */

export interface Change {
  readonly seq: number;
  readonly kind: string;
  readonly payload: Json;
}

const SHAPE: TableShape<'change'> = { seq: 'integer', kind: 'text', payload: 'text', created_at: 'integer' };

/**
 * One more than the newest, which retention never takes away: so no number is given twice, and no engine's own way to
 * count is needed.
 */
const INSERT =
  'insert into "change" ("seq", "kind", "payload", "created_at") values ((select coalesce(max("seq"), 0) + 1 from "change"), ?, ?, ?)';
const AFTER = `${selectAll('change', SHAPE)} where "seq" > ? order by "seq" limit ?`;
const NEWEST = `${selectAll('change', SHAPE)} order by "seq" desc limit 1`;

/** `at` in epoch seconds. */
export function insertChange(kind: string, payload: Json, at: number): Statement {
  return { sql: INSERT, parameters: [kind, JSON.stringify(payload), at] };
}

export function changesAfter(seq: number, limit: number): Statement {
  return { sql: AFTER, parameters: [seq, boundedLimit(limit)] };
}

/** Where whoever has just read everything else begins to listen; no row when there has never been a change. */
export function newestChange(): Statement {
  return { sql: NEWEST, parameters: [] };
}

/** Reads a row back; throws when it is not one of ours. */
export function parseChange(row: Row): Change {
  const { seq, kind, payload } = parseRow('change', SHAPE, row);
  return { seq, kind, payload: parseJsonColumn('change.payload', payload) as Json };
}
