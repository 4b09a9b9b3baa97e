import type { Row, Statement } from '../port.ts';
import { boundedLimit } from './list-filter.ts';
import { insertInto, parseRow, selectAll, type TableShape } from './table-shape.ts';

/** Signed statements of how far the audit chains had come. The signed text counts; `heads` is for readers of SQL. */

export interface StoredCheckpoint {
  /** `chk_…`, time-ordered. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly time: number;
  /** JSON. */
  readonly heads: string;
  /** Compact JWS. */
  readonly signed: string;
}

const SHAPE: TableShape<'checkpoint'> = { id: 'text', time: 'integer', heads: 'text', signed: 'text' };

const insert = insertInto('checkpoint', SHAPE);
const PAGE = `${selectAll('checkpoint', SHAPE)} where "id" > ? order by "id" limit ?`;

export function insertCheckpoint(checkpoint: StoredCheckpoint): Statement {
  return insert(checkpoint);
}

/** Oldest first; the first page follows no id. */
export function checkpointsPage(after: string, limit: number): Statement {
  return { sql: PAGE, parameters: [after, boundedLimit(limit)] };
}

/** Reads a row back; throws when it is not one of ours. */
export function parseCheckpoint(row: Row): StoredCheckpoint {
  return parseRow('checkpoint', SHAPE, row);
}
