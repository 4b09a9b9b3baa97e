import type { Json, Problem, Result } from '@countersign/core';
import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

/**
 * YAML nodes to JSON values. Nothing is dropped and nothing is bent: what JSON cannot hold is a problem. Bounded in
 * depth, and in what aliases multiply into.
 */

/** Values of one document, every use of an alias counted anew (the "billion laughs" attack). */
export const MAX_VALUES = 500_000;

/** Levels of lists and mappings. */
export const MAX_DEPTH = 64;

/** Path (as JSON text) → where its key and its value begin in the text. */
export type Positions = ReadonlyMap<string, { readonly key?: number; readonly value: number }>;

/** A value that could not be read: `null` stands in its place, so whatever else is said of it would mislead. */
export interface ReadProblem extends Problem {
  /** Index in the text. */
  readonly offset: number;
  readonly lost: boolean;
}

interface Reader {
  readonly substitute: (text: string) => Result<string, string>;
  readonly problems: ReadProblem[];
  readonly positions: Map<string, { readonly key?: number; readonly value: number }>;
  /** Anchors so far. The parser's own look-up walks the whole document for every alias. */
  readonly anchors: Map<string, Node>;
  /** Nodes whose anchor has been noted: reading them again through an alias must not bring an older one back. */
  readonly noted: Set<Node>;
  values: number;
}

type Path = Problem['path'];

export function readNodes(
  document: Document,
  substitute: (text: string) => Result<string, string>,
): { readonly value: Json; readonly problems: readonly ReadProblem[]; readonly positions: Positions } {
  const reader: Reader = {
    substitute,
    problems: [],
    positions: new Map(),
    anchors: new Map(),
    noted: new Set(),
    values: 0,
  };
  const value = readNode(reader, document.contents, [], undefined);
  return { value, problems: reader.problems, positions: reader.positions };
}

function readNode(reader: Reader, written: unknown, path: Path, key: number | undefined): Json {
  const node = isAlias(written) ? reader.anchors.get(written.source) : written;
  const value = offsetOf(written) ?? key ?? 0;
  reader.positions.set(JSON.stringify(path), key === undefined ? { value } : { key, value });
  reader.values += 1;
  if (reader.values > MAX_VALUES) {
    // Said once; what follows is not read at all.
    const isFirst = reader.values === MAX_VALUES + 1;
    return isFirst ? refuse(reader, path, `expected at most ${MAX_VALUES} values in all`) : null;
  }
  // An alias inside its own anchor would go on for ever; it ends here too.
  if (path.length > MAX_DEPTH) return refuse(reader, path, `expected at most ${MAX_DEPTH} levels`);
  if (isAlias(written) && node === undefined)
    return refuse(reader, path, 'expected an anchor before its alias');
  noteAnchor(reader, node);
  if (isScalar(node)) return readScalar(reader, node.value, node.tag, path);
  if (isSeq(node)) return readList(reader, node, path);
  if (isMap(node)) return readMapping(reader, node, path);
  return null;
}

/** Noted before what is inside is read: an alias means the nearest anchor before it, its own parent's included. */
function noteAnchor(reader: Reader, node: unknown): void {
  if (!isScalar(node) && !isCollection(node)) return;
  if (node.anchor === undefined || reader.noted.has(node)) return;
  reader.noted.add(node);
  reader.anchors.set(node.anchor, node);
}

function readScalar(reader: Reader, value: unknown, tag: string | undefined, path: Path): Json {
  if (tag !== undefined) return refuse(reader, path, 'tags are not used here');
  switch (typeof value) {
    case 'string': {
      const text = reader.substitute(value);
      return text.ok ? text.value : refuse(reader, path, text.error);
    }
    case 'number':
      // A long id that lost its last digits would match somebody else's.
      if (Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))) return value;
      return refuse(reader, path, 'this number cannot be kept exactly: put it in quotes');
    case 'boolean':
      return value;
    default:
      return null;
  }
}

function readList(reader: Reader, node: YAMLSeq, path: Path): Json {
  if (node.tag !== undefined) return refuse(reader, path, 'tags are not used here');
  return node.items.map((item, index) => readNode(reader, item, [...path, index], undefined));
}

function readMapping(reader: Reader, node: YAMLMap, path: Path): Json {
  if (node.tag !== undefined) return refuse(reader, path, 'tags are not used here');
  const object: Record<string, Json> = {};
  for (const pair of node.items) {
    const key = readKey(reader, pair, path);
    if (key === undefined) continue;
    if (Object.hasOwn(object, key)) addKeyProblem(reader, [...path, key], pair, 'expected each key once');
    else object[key] = readNode(reader, pair.value, [...path, key], offsetOf(pair.key));
  }
  return object;
}

/** Keys are plain text. `__proto__` is one that parsers further on would silently leave out. */
function readKey(reader: Reader, pair: Pair, path: Path): string | undefined {
  const key = isScalar(pair.key) && pair.key.tag === undefined ? pair.key.value : undefined;
  if (typeof key === 'string' && key !== '__proto__' && !key.includes('${')) return key;
  addKeyProblem(reader, path, pair, 'expected every key to be text without variables');
  return undefined;
}

function addKeyProblem(reader: Reader, path: Path, pair: Pair, message: string): void {
  reader.problems.push({ path, message, offset: offsetOf(pair.key) ?? 0, lost: false });
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}

function refuse(reader: Reader, path: Path, message: string): null {
  const offset = reader.positions.get(JSON.stringify(path))?.value ?? 0;
  reader.problems.push({ path, message, offset, lost: true });
  return null;
}
