/**
 * The candidate that a mistyped word was probably meant to be: at most two edits away, else none. What has to change in
 * every character was nothing of the kind: `<<` is not `to`.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = Math.min(3, word.length);
  for (const candidate of candidates) {
    const edits = distance(word, candidate);
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best;
}

/** Levenshtein's distance. Words of very different length are far apart anyway, which bounds the work. */
function distance(left: string, right: string): number {
  if (Math.abs(left.length - right.length) > 2) return Infinity;
  let above = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [row, character] of Array.from(left).entries()) {
    const current = [row + 1];
    for (const [column, other] of Array.from(right).entries()) {
      const replaced = (above[column] ?? 0) + (character === other ? 0 : 1);
      current.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    above = current;
  }
  return above[right.length] ?? Infinity;
}
