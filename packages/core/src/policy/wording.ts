import type { Json } from '../claims.ts';

/**
 * How values and faults are put into words, for problems and explanations. Values come from tokens, which strangers
 * fill: they are quoted as JSON, cut, and stripped of what could move a terminal's cursor or turn a line around.
 */

const LONGEST = 200;

/** A value as JSON text of at most 200 characters, safe to print on one line of a terminal. */
export function quote(value: Json): string {
  const text = JSON.stringify(value);
  return printable(text.length > LONGEST ? `${text.slice(0, LONGEST).toWellFormed()}…` : text);
}

/** Escapes C0 and C1 controls and the bidirectional and invisible format characters. */
export function printable(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `a, b, c and 4 more`: a list of any length in one line. */
export function listed(items: readonly string[], atMost: number): string {
  const shown = items.slice(0, atMost).join(', ');
  return items.length > atMost ? `${shown} and ${items.length - atMost} more` : shown;
}

/** What sort of JSON a value is, with its article. */
export function kindOf(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  return `a ${typeof value}`;
}

/** ` (did you mean "x"?)` when one of the candidates is at most two edits away, else nothing. */
export function suggestion(word: string, candidates: readonly string[]): string {
  let best: string | undefined;
  let fewest = 3;
  for (const candidate of candidates) {
    const edits = distance(word, candidate);
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best === undefined ? '' : ` (did you mean "${best}"?)`;
}

/** Levenshtein's distance; words of very different length are simply far apart, so hostile input costs nothing. */
function distance(left: string, right: string): number {
  if (Math.abs(left.length - right.length) > 2) return Infinity;
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let at = 0; at < left.length; at += 1) {
    const next = [at + 1];
    for (let to = 0; to < right.length; to += 1) {
      const replaced = (row[to] ?? 0) + (left[at] === right[to] ? 0 : 1);
      next.push(Math.min(replaced, (row[to + 1] ?? 0) + 1, (next[to] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? Infinity;
}
