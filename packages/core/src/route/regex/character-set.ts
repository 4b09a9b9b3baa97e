/**
 * Regular expressions over canonical paths, which are visible ASCII: in RE2's words, without what cannot be decided in
 * one pass. Never built into a RegExp, which backtracks: a path is written by a stranger. A set of characters is 128
 * bits; two of them meet in four steps.
 */
export type CharacterSet = Uint32Array;

const WORDS = 4;
const CHARACTERS = 128;

export function setOf(isMember: (code: number) => boolean): CharacterSet {
  const set = new Uint32Array(WORDS);
  for (let code = 0; code < CHARACTERS; code += 1)
    if (isMember(code)) set[code >> 5] = (set[code >> 5] ?? 0) | (1 << (code & 31));
  return set;
}

export function rangeOf(first: number, last: number): CharacterSet {
  return setOf((code) => code >= first && code <= last);
}

export function union(sets: readonly CharacterSet[]): CharacterSet {
  return setOf((code) => sets.some((set) => holds(set, code)));
}

export function complement(set: CharacterSet): CharacterSet {
  return setOf((code) => !holds(set, code));
}

/** The set with every letter in both cases. */
export function folded(set: CharacterSet): CharacterSet {
  return setOf((code) => holds(set, code) || (isLetter(code) && holds(set, code ^ 0x20)));
}

export function holds(set: CharacterSet, code: number): boolean {
  return code < CHARACTERS && (((set[code >> 5] ?? 0) >>> (code & 31)) & 1) === 1;
}

/** A character that is in both, or -1. */
export function shared(one: CharacterSet, other: CharacterSet): number {
  for (let word = 0; word < WORDS; word += 1) {
    const both = (one[word] ?? 0) & (other[word] ?? 0);
    if (both !== 0) return word * 32 + 31 - Math.clz32(both);
  }
  return -1;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
