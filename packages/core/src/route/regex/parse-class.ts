import { err, ok, type Result } from '../../result.ts';
import { complement, rangeOf, union, type CharacterSet } from './character-set.ts';

/** `[…]` and the escapes: what takes one character. */

/** What was read, and where the text goes on. */
export interface Read<T> {
  readonly value: T;
  readonly end: number;
}

const DIGIT = rangeOf(0x30, 0x39);
const WORD = union([DIGIT, rangeOf(0x41, 0x5a), rangeOf(0x61, 0x7a), rangeOf(0x5f, 0x5f)]);
const SPACE = union([rangeOf(0x09, 0x0a), rangeOf(0x0c, 0x0d), rangeOf(0x20, 0x20)]);

const CLASSES: ReadonlyMap<string, CharacterSet> = new Map([
  ['d', DIGIT],
  ['D', complement(DIGIT)],
  ['w', WORD],
  ['W', complement(WORD)],
  ['s', SPACE],
  ['S', complement(SPACE)],
]);

/** Escapes that cannot be decided in one pass, or mean nothing in a path. */
const REFUSED: readonly (readonly [form: RegExp, name: string])[] = [
  [/[0-9]/, 'a backreference'],
  [/[bB]/, 'a word boundary'],
  [/[AzZG]/, 'an anchor: the whole path is matched anyway'],
  [/[pP]/, 'a Unicode class: a path is ASCII'],
];

/** Reads an escape; `at` is the place of its backslash. */
export function readEscape(text: string, at: number): Result<Read<CharacterSet>, string> {
  const character = text[at + 1];
  if (character === undefined) return err('"\\" at the end escapes nothing');
  const known = CLASSES.get(character);
  if (known !== undefined) return ok({ value: known, end: at + 2 });
  if (!/[A-Za-z0-9]/.test(character)) return ok({ value: one(character), end: at + 2 });
  const name = REFUSED.find(([form]) => form.test(character))?.[1] ?? 'an escape that is not known';
  return err(`"\\${character}" is ${name} (character ${at + 1})`);
}

/** Reads a class; `start` is the place of its `[`. */
export function readClass(text: string, start: number): Result<Read<CharacterSet>, string> {
  const negated = text[start + 1] === '^';
  const sets: CharacterSet[] = [];
  let at = start + (negated ? 2 : 1);
  while (text[at] !== ']') {
    const item = readItem(text, at);
    if (!item.ok) return item;
    sets.push(item.value.value);
    at = item.value.end;
  }
  if (sets.length === 0) return err(`a class has at least one character (character ${start + 1})`);
  const set = union(sets);
  return ok({ value: negated ? complement(set) : set, end: at + 1 });
}

/** A character, an escape, or a range of characters. */
function readItem(text: string, at: number): Result<Read<CharacterSet>, string> {
  const first = readMember(text, at);
  if (!first.ok || text[first.value.end] !== '-' || text[first.value.end + 1] === ']') return first;
  const last = readMember(text, first.value.end + 1);
  if (!last.ok) return last;
  const [from, to] = [codeOf(text, at, first.value.end), codeOf(text, first.value.end + 1, last.value.end)];
  if (from === undefined || to === undefined || from > to)
    return err(`a range goes from one character up to another (character ${at + 1})`);
  return ok({ value: rangeOf(from, to), end: last.value.end });
}

function readMember(text: string, at: number): Result<Read<CharacterSet>, string> {
  const character = text[at];
  if (character === undefined) return err('a class has no end');
  // `[[:alpha:]]`, and in other dialects a class inside a class.
  if (character === '[') return err(`"[" in a class is written "\\[" (character ${at + 1})`);
  return character === '\\' ? readEscape(text, at) : ok({ value: one(character), end: at + 1 });
}

/** The character of a member, when it is one and no class such as `\d`. */
function codeOf(text: string, start: number, end: number): number | undefined {
  const written = text.slice(start, end);
  return written.length === 2 && /[A-Za-z]/.test(written[1] ?? '')
    ? undefined
    : written.charCodeAt(written.length - 1);
}

/** The set of one character. */
export function one(character: string): CharacterSet {
  const code = character.charCodeAt(0);
  return rangeOf(code, code);
}
