import { hash } from 'node:crypto';
import type { Row, SqlValue } from '../port.ts';

/**
 * SHA-256 (base64url) of the columns of a row that are not null, each with its name, type and length, so that no two
 * rows have the same text. A column that a later release adds is null in the rows of before: their digests stand.
 */
export function rowDigest(columns: readonly string[], valueOf: (at: number) => SqlValue): string {
  let text = '';
  // On the path of every exchange: no iterator, no pair for each column.
  for (let at = 0; at < columns.length; at += 1) {
    const column = columns[at] ?? '';
    const value = valueOf(at);
    if (typeof value === 'string') text += `${column} s${value.length} ${value};`;
    else if (typeof value === 'number') text += `${column} i ${value};`;
    else if (value !== null) throw new TypeError(`storage: ${column} holds bytes`);
  }
  return hash('sha256', text, 'base64url');
}

/** The digest of a row as it is stored, over the columns that are named. */
export function storedDigest(columns: readonly string[], row: Row): string {
  return rowDigest(columns, (at) => row[columns[at] ?? ''] ?? null);
}
