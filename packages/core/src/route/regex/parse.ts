import { err, ok, type Result } from '../../result.ts';
import { folded, setOf } from './character-set.ts';
import { one, readClass, readEscape, type Read } from './parse-class.ts';
import { REGEX_BOUNDS, type Node } from './syntax.ts';

/**
 * Reads the text of a regular expression, in RE2's syntax. What RE2 itself refuses is refused by name (backreferences,
 * looking around), and so is what has two readings; nothing is taken for a literal that looks like an operator.
 */

/** Where the reader stands, and what holds for the whole text. */
interface Reader {
  readonly text: string;
  readonly ignoreCase: boolean;
  groups: number;
}

type Part = Result<Read<Node>, string>;

const ANY = setOf(() => true);

/** Refused openings of groups, longest first. */
const REFUSED_GROUPS: readonly (readonly [opening: string, name: string])[] = [
  ['(?<=', 'looking behind'],
  ['(?<!', 'looking behind'],
  ['(?=', 'looking ahead'],
  ['(?!', 'looking ahead'],
  ['(?>', 'an atomic group'],
  ['(?#', 'a comment'],
];

export function parseRegex(text: string): Result<Node, string> {
  if (text.length > REGEX_BOUNDS.text) return err(`a regex has at most ${REGEX_BOUNDS.text} characters`);
  if (!/^[!-~]*$/.test(text))
    return err('a regex is visible ASCII, as canonical paths are: escape other characters as %C3%A9');
  const start = text.startsWith('(?i)') ? 4 : 0;
  // The whole path is matched, so both anchors say what is so already.
  const from = text[start] === '^' ? start + 1 : start;
  const end = /(?:^|[^\\])(?:\\\\)*\$$/.test(text) ? text.length - 1 : text.length;
  const reader: Reader = { text: text.slice(0, end), ignoreCase: start > 0, groups: 0 };
  const read = readChoice(reader, from, 0);
  if (!read.ok) return read;
  if (read.value.end < reader.text.length) return err(`")" closes nothing (character ${read.value.end + 1})`);
  return ok(read.value.value);
}

/** Alternatives up to the end or to a closing parenthesis. */
function readChoice(reader: Reader, start: number, depth: number): Part {
  if (depth > REGEX_BOUNDS.depth) return err(`groups nest at most ${REGEX_BOUNDS.depth} levels deep`);
  const alternatives: Node[] = [];
  let at = start;
  for (;;) {
    const sequence = readSequence(reader, at, depth);
    if (!sequence.ok) return sequence;
    alternatives.push(sequence.value.value);
    at = sequence.value.end;
    if (reader.text[at] !== '|') break;
    at += 1;
  }
  const [first] = alternatives;
  const only = alternatives.length === 1 ? first : undefined;
  return ok({ value: only ?? { kind: 'choice', of: alternatives }, end: at });
}

function readSequence(reader: Reader, start: number, depth: number): Part {
  const of: Node[] = [];
  let at = start;
  while (at < reader.text.length && reader.text[at] !== '|' && reader.text[at] !== ')') {
    const atom = readAtom(reader, at, depth);
    if (!atom.ok) return atom;
    const repeated = readRepeat(reader.text, atom.value);
    if (!repeated.ok) return repeated;
    of.push(repeated.value.value);
    at = repeated.value.end;
  }
  return ok({ value: { kind: 'sequence', of }, end: at });
}

function readAtom(reader: Reader, at: number, depth: number): Part {
  const { text } = reader;
  const character = text[at] ?? '';
  if (character === '(') return readGroup(reader, at, depth);
  if (character === '^' || character === '$')
    return err(
      `"${character}" stands only at the ${character === '^' ? 'beginning' : 'end'} (character ${at + 1})`,
    );
  if ('*+?{'.includes(character)) return err(`"${character}" repeats nothing (character ${at + 1})`);
  const read = readCharacter(text, at, character);
  if (!read.ok) return read;
  const set = reader.ignoreCase ? folded(read.value.value) : read.value.value;
  return ok({ value: { kind: 'character', set }, end: read.value.end });
}

function readCharacter(text: string, at: number, character: string): ReturnType<typeof readEscape> {
  if (character === '[') return readClass(text, at);
  if (character === '\\') return readEscape(text, at);
  return ok({ value: character === '.' ? ANY : one(character), end: at + 1 });
}

function readGroup(reader: Reader, at: number, depth: number): Part {
  const rest = reader.text.slice(at);
  const refused = REFUSED_GROUPS.find(([opening]) => rest.startsWith(opening));
  if (refused !== undefined) return err(`"${refused[0]}" is ${refused[1]} (character ${at + 1})`);
  const opening = /^\((?:\?(?::|P?<[A-Za-z_][A-Za-z0-9_]*>))?(?!\?)/.exec(rest)?.[0];
  if (opening === undefined) return err(`"(?" opens no group that is known (character ${at + 1})`);
  const captures = opening !== '(?:';
  if (captures) reader.groups += 1;
  const index = reader.groups;
  if (index > REGEX_BOUNDS.groups) return err(`at most ${REGEX_BOUNDS.groups} groups capture: write "(?:"`);
  const inside = readChoice(reader, at + opening.length, depth + 1);
  if (!inside.ok) return inside;
  const { value, end } = inside.value;
  if (reader.text[end] !== ')') return err(`"(" has no end (character ${at + 1})`);
  return ok({ value: captures ? { kind: 'group', of: value, index } : value, end: end + 1 });
}

/** `*`, `+`, `?`, `{n}`, `{n,}`, `{n,m}`, each with `?` for as few as possible. */
const REPEAT = /^(?:[*+?]|\{(\d{1,4})(?:(,)(\d{1,4})?)?\})/;

function readRepeat(text: string, atom: Read<Node>): Part {
  const rest = text.slice(atom.end, atom.end + 16);
  const [written, digits, comma, upper] = REPEAT.exec(rest) ?? [];
  if (written === undefined) {
    // Other readers take a brace that is no repetition for itself.
    return rest.startsWith('{') ? err(`"{" is written "\\{" (character ${atom.end + 1})`) : ok(atom);
  }
  const least = digits === undefined ? Number(written === '+') : Number(digits);
  const most = written === '?' ? 1 : mostOf(digits, comma, upper);
  if (least > REGEX_BOUNDS.repeat || (most ?? least) > REGEX_BOUNDS.repeat || (most ?? least) < least)
    return err(
      `a repetition goes from fewer to more, ${REGEX_BOUNDS.repeat} at most (character ${atom.end + 1})`,
    );
  const end = atom.end + written.length;
  const greedy = text[end] !== '?';
  const after = greedy ? end : end + 1;
  if (/[*+?{]/.test(text[after] ?? ''))
    return err(`"${text[after]}" repeats a repetition (character ${after + 1})`);
  const limit = most === undefined ? {} : { most };
  return ok({ value: { kind: 'repeat', of: atom.value, least, greedy, ...limit }, end: after });
}

function mostOf(
  digits: string | undefined,
  comma: string | undefined,
  upper: string | undefined,
): number | undefined {
  if (digits === undefined) return undefined;
  if (upper !== undefined) return Number(upper);
  return comma === undefined ? Number(digits) : undefined;
}
