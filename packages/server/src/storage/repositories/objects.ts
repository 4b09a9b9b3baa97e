import type { Row, Statement } from '../port.ts';
import { boundedLimit } from './list-filter.ts';
import { insertInto, parseRow, selectAll, type TableShape } from './table-shape.ts';

/** What was created over the API, as documents; what they say is `snapshot/stored-objects.ts`'s to read. */

export interface ObjectKey {
  readonly organization: string;
  readonly kind: string;
  readonly key: string;
}

export interface ObjectRow extends ObjectKey {
  readonly document: string;
  readonly version: number;
  /** Epoch milliseconds. */
  readonly created_at: number;
  readonly modified_at: number;
}

export const OBJECT_SHAPE: TableShape<'object'> = {
  organization: 'text',
  kind: 'text',
  key: 'text',
  document: 'text',
  version: 'integer',
  created_at: 'integer',
  modified_at: 'integer',
};

const KEY = '"organization", "kind", "key"';
const REPLACE =
  `on conflict (${KEY}) do update set "document" = excluded."document",` +
  ` "version" = excluded."version", "modified_at" = excluded."modified_at"`;

export const PUT_OBJECT = insertInto('object', OBJECT_SHAPE, REPLACE);
export const DELETE_OBJECT = 'delete from "object" where "organization" = ? and "kind" = ? and "key" = ?';
const PAGE = `${selectAll('object', OBJECT_SHAPE)} where (${KEY}) > (?, ?, ?) order by ${KEY} limit ?`;
const VERSION = `select "value" from "version" where "name" = 'object'`;
export const NEXT_OBJECTS_VERSION = `update "version" set "value" = ? where "name" = 'object' and "value" = ?`;
export const SAME_OBJECTS_VERSION = `update "version" set "value" = "value" where "name" = 'object' and "value" = ?`;

/** Inserts an object or replaces it; of a replaced one the time of its creation stands. */
export function putObject(row: ObjectRow): Statement {
  return PUT_OBJECT(row);
}

/** One that is not there is a `conflict`: somebody else has deleted it. */
export function deleteObject({ organization, kind, key }: ObjectKey): Statement {
  return { sql: DELETE_OBJECT, parameters: [organization, kind, key], changes: 1 };
}

/** All of them, in pages; the first page follows none. */
export function objectsPage(after: ObjectKey | undefined, limit: number): Statement {
  const key = after === undefined ? ['', '', ''] : [after.organization, after.kind, after.key];
  return { sql: PAGE, parameters: [...key, boundedLimit(limit)] };
}

export function parseObject(row: Row): ObjectRow {
  return parseRow('object', OBJECT_SHAPE, row);
}

/** One row: the version of all objects together. */
export function objectsVersion(): Statement {
  return { sql: VERSION, parameters: [] };
}

export function parseObjectsVersion(row: Row | undefined): number {
  const value = row?.['value'];
  if (!Number.isSafeInteger(value)) throw new Error('storage: version.value is not integer');
  return Number(value);
}

/** Belongs to every change: a writer that decided on another version than the one it commits on is a `conflict`. */
export function nextObjectsVersion(from: number): Statement {
  return { sql: NEXT_OBJECTS_VERSION, parameters: [from + 1, from], changes: 1 };
}

/** Belongs to what changes no object and is right only as long as none has changed: another version is a `conflict`. */
export function sameObjectsVersion(version: number): Statement {
  return { sql: SAME_OBJECTS_VERSION, parameters: [version], changes: 1 };
}
