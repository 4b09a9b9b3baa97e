/** A time as this API writes it in `created` and `modified`: `YYYY-MM-DD HH:MM:SS.mmm`, UTC, from epoch milliseconds. */
export function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '');
}
