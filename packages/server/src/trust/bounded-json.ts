import { isUtf8 } from 'node:buffer';
import { isObject, type Claims, type Json } from '@countersign/core';

/**
 * JSON from a stranger, with limits that are checked before anything recurses over it. Used for token headers,
 * claims, discovery documents and key sets. It must never repair: whatever two careful readers could read
 * differently (RFC 8259 section 4, RFC 7493 section 2) is no document at all.
 */

export interface JsonBounds {
  /** Nesting of objects and arrays; the document itself is level one. */
  readonly depth: number;
  /** Members of all objects together. */
  readonly members: number;
}

/**
 * The JSON object that `bytes` hold, or `undefined`: bad UTF-8, bad JSON, not an object, beyond the bounds, a member
 * named twice (RFC 7515 section 4 and RFC 7519 section 4 want unique names), a number that overflows to infinity, or
 * a lone surrogate (storage would write it as U+FFFD, and two different claims would become one).
 */
export function parseBoundedObject(bytes: Buffer, bounds: JsonBounds): Claims | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  const members = countMembers(text, bounds);
  if (members === undefined) return undefined;
  let document: Json;
  try {
    document = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  // A member named twice is counted twice in the text and once in the document.
  return isObject(document) && soundMembers(document) === members ? document : undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** How many members the text writes, or `undefined` beyond the bounds. In JSON, a colon outside a string is a member. */
function countMembers(text: string, bounds: JsonBounds): number | undefined {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = stringEnd(text, at);
        break;
      case COLON:
        members += 1;
        if (members > bounds.members) return undefined;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth += 1;
        if (depth > bounds.depth) return undefined;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth -= 1;
        break;
      default:
    }
  }
  return members;
}

/** Index of the quote that ends the string which begins at `start`; the end of the text when there is none. */
export function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

/** A quote behind an odd number of backslashes is part of its string. */
function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

/** How many members a value holds, or NaN when one of its scalars is unsound. Recursion is safe: depth was bounded. */
function soundMembers(value: Json): number {
  if (typeof value === 'string') return value.isWellFormed() ? 0 : Number.NaN;
  if (typeof value === 'number') return Number.isFinite(value) ? 0 : Number.NaN;
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const element of value as readonly Json[]) members += soundMembers(element);
    return members;
  }
  // By name, not by entry: on the path of every exchange, and a pair for each member is most of what this costs.
  for (const name of Object.keys(value)) {
    members += name.isWellFormed() ? 1 + soundMembers((value as Claims)[name] ?? null) : Number.NaN;
  }
  return members;
}
