import { isUtf8 } from 'node:buffer';
import { err, isObject, ok, type Json, type Result } from '@countersign/core';
import { repeatedMembers } from './repeated-members.ts';

/**
 * Parameters of a request body, in either encoding the token endpoint takes, as one closed shape. After this nobody
 * asks whether they came as a form or as JSON.
 */
export interface Parameters {
  /** The values of a parameter, in order; none when absent. JSON `null` is absent. */
  readonly values: ReadonlyMap<string, readonly Json[]>;
}

/** More parameters than any grant has; beyond it the body is refused, whatever it holds. */
const MAX_PARAMETERS = 64;

/** Reads a body by its media type. Every failure is `request.body`: the caller learns no more than that. */
export function parseParameters(
  contentType: string | undefined,
  contentEncoding: string | undefined,
  body: Buffer,
): Result<Parameters, 'request.body'> {
  const encoding = contentEncoding?.toLowerCase();
  if (encoding !== undefined && encoding !== 'identity') return err('request.body');
  if (!isUtf8(body)) return err('request.body');
  switch (mediaType(contentType)) {
    case 'application/json':
      return parseJson(body.toString('utf8'));
    case 'application/x-www-form-urlencoded':
      return parseForm(body.toString('latin1'));
    default:
      return err('request.body');
  }
}

/** The essence of a Content-Type, `undefined` when its charset is not UTF-8 (RFC 8259 section 8.1, RFC 6749 appendix B). */
function mediaType(contentType: string | undefined): string | undefined {
  if (contentType === undefined) return undefined;
  const [essence, ...rest] = contentType.split(';');
  for (const parameter of rest) {
    const [name, value] = parameter.split('=');
    if (name?.trim().toLowerCase() !== 'charset') continue;
    if (value?.trim().replaceAll('"', '').toLowerCase() !== 'utf-8') return undefined;
  }
  return essence?.trim().toLowerCase();
}

function parseJson(text: string): Result<Parameters, 'request.body'> {
  let document: Json;
  try {
    document = JSON.parse(text) as Json;
  } catch {
    return err('request.body');
  }
  if (!isObject(document)) return err('request.body');
  const names = Object.keys(document);
  if (names.length > MAX_PARAMETERS) return err('request.body');
  const repeated = repeatedMembers(text);
  const values = new Map<string, readonly Json[]>();
  for (const name of names) {
    // JSON.parse keeps the last of two members with one name; another parser in front of us may keep the first. Also
    // where the last is null: it must not take back an `actor_token` or a `resource` that stands before it.
    const several = repeated.get(name);
    const value = document[name];
    if (several) values.set(name, several);
    else if (value !== undefined && value !== null) values.set(name, Array.isArray(value) ? value : [value]);
  }
  return ok({ values });
}

function parseForm(text: string): Result<Parameters, 'request.body'> {
  const values = new Map<string, Json[]>();
  const pairs = text.split('&').filter((pair) => pair !== '');
  if (pairs.length > MAX_PARAMETERS) return err('request.body');
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = decode(equals === -1 ? '' : pair.slice(equals + 1));
    if (name === undefined || value === undefined) return err('request.body');
    const earlier = values.get(name);
    if (earlier) earlier.push(value);
    else values.set(name, [value]);
  }
  return ok({ values });
}

/** Strict urlencoded decoding: a bad escape or bad UTF-8 is an error, never U+FFFD. `text` is latin1. */
function decode(text: string): string | undefined {
  // Most values, a token of thousands of characters among them, need nothing: one pass tells.
  if (!/[%+\u0080-\u00ff]/.test(text)) return text;
  const plain = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(plain.replace(/[\u0080-\u00ff]/g, (c) => `%${c.charCodeAt(0).toString(16)}`));
  } catch {
    return undefined;
  }
}
