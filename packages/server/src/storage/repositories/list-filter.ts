/**
 * Filters of lists. A list has one SQL text whatever is asked for: a filter that is absent is null and then compares
 * a column with itself, so that no SQL is ever put together from what a caller sent.
 */

/** Rows of one page, whatever is asked for: one more than the API gives, which tells whether there is another page. */
export const MAX_LIST = 1001;

/** Sorts after every id. */
export const AFTER_ALL = '~';

export function boundedLimit(limit: number): number {
  return Math.max(0, Math.min(MAX_LIST, Math.floor(limit)));
}

/** The pattern of `like … escape '!'` for a JSON list that holds this very text. */
export function holdsText(text: string): string {
  return `%${JSON.stringify(text).replace(/[!%_]/g, '!$&')}%`;
}
