import type { Row, SqlValue, Statement } from '../port.ts';
import type { Tables } from '../tables.ts';

/**
 * Repositories: every statement the server sends to storage, and the way back from rows to closed types. The shape of
 * a table is written once and gives its insert, its column list and its row parser, so the three cannot drift apart;
 * the type makes a missing, unknown or mistyped column an error of compilation. SQL is built when a module loads,
 * never per call, and never from anything but the names in this folder.
 */

type KindOf<T> = [null] extends [T]
  ? [string] extends [T]
    ? 'text?'
    : 'integer?'
  : [T] extends [string]
    ? 'text'
    : 'integer';

/** Column → what it holds; `?` where null is allowed. The order is that of the columns in every statement. */
export type TableShape<Name extends keyof Tables> = {
  readonly [Column in keyof Tables[Name]]: KindOf<Tables[Name][Column]>;
};

const quote = (name: string): string => `"${name}"`;

/** `select` of every column, and of expressions that are written out, without a condition. */
export function selectAll<Name extends keyof Tables>(
  table: Name,
  shape: TableShape<Name>,
  also: readonly string[] = [],
): string {
  return `select ${[...Object.keys(shape).map(quote), ...also].join(', ')} from ${quote(table)}`;
}

/** Inserts a row. The text is one for all calls, and so tells what a statement inserts into. */
export interface Insert<Name extends keyof Tables> {
  (row: Tables[Name]): Statement;
  readonly sql: string;
}

/** Makes the function that inserts a row; `clause` follows the values (`on conflict …`). */
export function insertInto<Name extends keyof Tables>(
  table: Name,
  shape: TableShape<Name>,
  clause = '',
): Insert<Name> {
  const columns = Object.keys(shape) as (keyof Tables[Name])[];
  const names = columns.map((column) => quote(String(column))).join(', ');
  const places = columns.map(() => '?').join(', ');
  const sql = `insert into ${quote(table)} (${names}) values (${places})${clause && ` ${clause}`}`;
  const insert = (row: Tables[Name]): Statement => ({
    sql,
    parameters: columns.map((column) => row[column] as SqlValue),
  });
  return Object.assign(insert, { sql });
}

/**
 * A row as its type says. What does not fit was not written by this program: a fault, so it throws. The message names
 * the column and never the value, because faults are logged.
 */
export function parseRow<Name extends keyof Tables>(
  table: Name,
  shape: TableShape<Name>,
  row: Row,
): Tables[Name] {
  for (const [column, kind] of Object.entries<string>(shape)) {
    if (!fits(kind, row[column])) throw new Error(`storage: ${table}.${column} is not ${kind}`);
  }
  return row as unknown as Tables[Name];
}

function fits(kind: string, value: SqlValue | undefined): boolean {
  if (value === null) return kind.endsWith('?');
  return kind.startsWith('text') ? typeof value === 'string' : Number.isSafeInteger(value);
}

/** Parses a JSON column; what does not parse is a fault that names the column and quotes nothing. */
export function parseJsonColumn(column: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The error of JSON.parse quotes the text, and the text may be claims: it must not reach a log.
    throw new Error(`storage: ${column} is not JSON`);
  }
}

/** The list of texts that a JSON column holds. */
export function parseTexts(column: string, text: string): readonly string[] {
  const list = parseJsonColumn(column, text);
  if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list;
  throw new Error(`storage: ${column} is not a list of texts`);
}

/** The one of a closed list that a column holds. */
export function parseOneOf<const T extends string>(column: string, list: readonly T[], value: string): T {
  const found = list.find((item) => item === value);
  if (found === undefined) throw new Error(`storage: ${column} holds a value unknown to this version`);
  return found;
}
