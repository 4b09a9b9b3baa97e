import type { Row, SqlValue, Statement } from '../port.ts';

/** Look-ups by many keys at once: one SQL text, however many there are. */

/** Rows looked up by key in one statement. */
export const LOOKED_UP = 200;

/** Their places in `… in (…)`. */
export const PLACES = Array.from({ length: LOOKED_UP }, () => '?').join(', ');

/** Rows by up to {@link LOOKED_UP} keys, in one statement whatever their number. */
export function lookUp(sql: string, keys: readonly string[]): Statement {
  if (keys.length > LOOKED_UP)
    throw new RangeError(`storage: at most ${LOOKED_UP} rows are looked up at once`);
  const parameters: readonly SqlValue[] = Array.from({ length: LOOKED_UP }, (_, at) => keys[at] ?? null);
  return { sql, parameters };
}

/** A text column of a row that was selected for it. */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error(`storage: ${column} is not text`);
  return value;
}
