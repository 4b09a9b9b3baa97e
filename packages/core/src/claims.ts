import { err, ok, type Result } from './result.ts';

/**
 * Claims: the JSON that an issuer signed, read by path. Reading never touches the prototype chain, so that a path
 * such as `constructor` or `__proto__` finds what the token holds and nothing else.
 */

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A JSON object of claims, as verified or as stored. */
export type Claims = { readonly [name: string]: Json };

/** A parsed claim path: one key a segment. */
export type ClaimPath = readonly string[];

/**
 * Parses a dotted claim path; a key that holds dots is quoted: `"kubernetes.io".pod.name`.
 * Inside quotes `\"` and `\\` stand for themselves.
 */
export function parseClaimPath(text: string): Result<ClaimPath, string> {
  const segments: string[] = [];
  let at = 0;
  for (;;) {
    const segment = text[at] === '"' ? quotedSegment(text, at) : bareSegment(text, at);
    if (segment === undefined)
      return err(`"${text}" is not a claim path: expected a key at character ${at + 1}`);
    segments.push(segment.key);
    at = segment.end;
    if (at === text.length) return ok(segments);
    if (text[at] !== '.') return err(`"${text}" is not a claim path: expected "." at character ${at + 1}`);
    at += 1;
  }
}

interface Segment {
  readonly key: string;
  readonly end: number;
}

function bareSegment(text: string, start: number): Segment | undefined {
  let end = start;
  while (end < text.length && text[end] !== '.' && text[end] !== '"') end += 1;
  return end === start ? undefined : { key: text.slice(start, end), end };
}

function quotedSegment(text: string, start: number): Segment | undefined {
  let key = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') return key === '' ? undefined : { key, end: at + 1 };
    if (character === '\\') at += 1;
    // Only these two can be escaped: `"\n"` read as `n` would be another claim than the one that was meant.
    if (character === '\\' && text[at] !== '"' && text[at] !== '\\') return undefined;
    key += text[at] ?? '';
  }
  return undefined;
}

/** Writes a path the way {@link parseClaimPath} reads it. */
export function printClaimPath(path: ClaimPath): string {
  return path.map((key) => (/^[^."\\]+$/.test(key) ? key : `"${key.replace(/["\\]/g, '\\$&')}"`)).join('.');
}

/** The value at a path, or `undefined` when any step is absent. Own properties of objects only. */
export function readPath(root: Json | undefined, path: ClaimPath): Json | undefined {
  let value: Json | undefined = root;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** Whether a value is a JSON object (not an array, not null). */
export function isObject(value: Json | undefined): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
