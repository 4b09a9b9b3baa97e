import type { Json } from '@countersign/core';
import { stringEnd } from '../trust/bounded-json.ts';

/**
 * Finds members that a JSON object names more than once. `JSON.parse` silently keeps the last of them, and two
 * parsers that keep different ones disagree about what was asked (RFC 8259 section 4); so repetition has to be seen.
 */

/**
 * The members that come more than once at the top level of `text`, each with all of its values in order. `text` must
 * already have parsed as an object.
 */
export function repeatedMembers(text: string): ReadonlyMap<string, readonly Json[]> {
  const members = membersOf(text);
  if (new Set(members.map(({ name }) => name)).size === members.length) return NONE;
  const end = text.lastIndexOf('}');
  const values = new Map<string, Json[]>();
  for (const [index, { name, colon }] of members.entries()) {
    const value = valueIn(text.slice(colon + 1, members[index + 1]?.start ?? end));
    const earlier = values.get(name);
    if (earlier) earlier.push(value);
    else values.set(name, [value]);
  }
  return new Map([...values].filter(([, several]) => several.length > 1));
}

const NONE: ReadonlyMap<string, readonly Json[]> = new Map();

/** Between the colon of one member and the name of the next: a value, and the comma where there is a next. */
function valueIn(text: string): Json {
  const trimmed = text.trimEnd();
  return JSON.parse(trimmed.endsWith(',') ? trimmed.slice(0, -1) : trimmed) as Json;
}

interface Member {
  readonly name: string;
  /** Where its name begins, and where its colon is. */
  readonly start: number;
  readonly colon: number;
}

function membersOf(text: string): readonly Member[] {
  const members: Member[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === OPEN_BRACE || character === OPEN_BRACKET) depth += 1;
    else if (character === CLOSE_BRACE || character === CLOSE_BRACKET) depth -= 1;
    else if (character === QUOTE) {
      const start = at;
      at = stringEnd(text, start);
      const colon = depth === 1 ? colonAfter(text, at) : undefined;
      if (colon !== undefined) members.push({ name: nameIn(text, start, at), start, colon });
    }
  }
  return members;
}

/** The name between two quotes. Escapes count: `"a"` and `"\u0061"` are one name. */
function nameIn(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** A string is a member's name when a colon follows: where it is. */
function colonAfter(text: string, end: number): number | undefined {
  let at = end + 1;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return text.charCodeAt(at) === COLON ? at : undefined;
}
