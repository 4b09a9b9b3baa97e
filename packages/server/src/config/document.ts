import { isObject, type Json, type Problem, type Result } from '@countersign/core';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { readNodes, type Positions } from './read-nodes.ts';
import { syntaxProblem, type SyntaxProblem } from './yaml-error.ts';

/**
 * The configuration text as plain JSON with positions. What YAML could mean besides (tags, a second document, the
 * booleans of version 1.1) is refused: the file has to mean what its reader takes it for.
 */

export interface Place {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

interface PlacedProblem extends Problem {
  readonly place: Place;
  /** The value at the path could not be read, and is not in the document. */
  readonly lost: boolean;
}

export interface SourceDocument {
  /** Absent when the text is not YAML at all. */
  readonly value?: Json;
  readonly problems: readonly PlacedProblem[];
  /** Where the value at a path stands, or `part: 'key'` its key; the nearest place above when there is none. */
  readonly placeOf: (path: Problem['path'], part?: 'key' | 'value') => Place;
}

/** Characters of the longest configuration file: ten thousand routes have room. */
export const MAX_TEXT = 4 * 1_048_576;

/** A file that is not YAML at all has a problem in every line; the first ones say it. */
const MAX_SYNTAX_PROBLEMS = 20;

/** Parses a text; `substitute` is applied to every text value, never to keys. */
export function readDocument(
  text: string,
  substitute: (text: string) => Result<string, string>,
): SourceDocument {
  if (text.length > MAX_TEXT) {
    return notYaml([{ offset: 0, message: `expected at most ${MAX_TEXT} characters` }], new LineCounter());
  }
  const lines = new LineCounter();
  // Duplicate keys are looked for while reading: the parser's own search is quadratic in the keys of a mapping.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const syntax = [...document.errors, ...document.warnings].slice(0, MAX_SYNTAX_PROBLEMS).map(syntaxProblem);
  if (syntax.length > 0) return notYaml(syntax, lines);
  if (!isVersion12(document)) return notYaml([{ offset: 0, message: 'expected YAML 1.2' }], lines);
  const { value, problems, positions } = readNodes(document, substitute);
  const placeOf = placer(value, positions, lines);
  const placed = problems.map(({ offset, ...problem }) => ({ ...problem, place: placeAt(lines, offset) }));
  return { value, placeOf, problems: placed };
}

/** Version 1.1 reads `no` as false and `012` as ten: its directive would change what the rest of the file means. */
function isVersion12(document: Document): boolean {
  return document.directives?.yaml.version === '1.2';
}

function notYaml(syntax: readonly SyntaxProblem[], lines: LineCounter): SourceDocument {
  const problems = syntax.map(({ message, offset }) => ({
    path: [],
    message,
    place: placeAt(lines, offset),
    lost: true,
  }));
  return { problems, placeOf: () => placeAt(lines, 0) };
}

function placer(value: Json, positions: Positions, lines: LineCounter): SourceDocument['placeOf'] {
  return (path, part = 'value') => {
    const known = knownPath(value, path);
    const position = positions.get(JSON.stringify(known));
    const isKey = part === 'key' && known.length === path.length;
    return placeAt(lines, (isKey ? position?.key : undefined) ?? position?.value ?? 0);
  };
}

/** As much of a path as the document has. */
function knownPath(value: Json, path: Problem['path']): Problem['path'] {
  let at: Json | undefined = value;
  for (const [index, step] of path.entries()) {
    at = stepInto(at, step);
    if (at === undefined) return path.slice(0, index);
  }
  return path;
}

function stepInto(value: Json | undefined, step: string | number): Json | undefined {
  if (typeof step === 'number') return Array.isArray(value) ? (value[step] as Json | undefined) : undefined;
  return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  // A text without a single line has no position at all.
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
