import { err, ok, type Result } from '../result.ts';

/**
 * One canonical path is decided on AND forwarded (threat 8). Where two readers of a path could disagree (an encoded
 * slash, a dot segment, a `;` parameter, a second layer of encoding) it is refused before any policy is looked at;
 * it must never be repaired, because a repaired path is a guess about what the upstream would have read.
 */

/** A request target as policies see it and as the upstream gets it. */
export interface CanonicalTarget {
  /** Begins with `/`. Unreserved characters are never encoded, other escapes are upper case. */
  readonly path: string;
  /** Without its `?`; empty when there is none. */
  readonly query: string;
  /** What is forwarded: path and query. */
  readonly target: string;
}

/** Characters of the longest request target. */
export const MAX_TARGET = 16_384;

/** Visible ASCII without `#`: no space, control character, raw UTF-8, or fragment (CVE-2021-32779, CVE-2026-41059). */
const TARGET = /^\/[!"$-~]*$/;

/** Backslash (a slash to some), `;` (path parameters to Java), `//` (merged by some). */
const AMBIGUOUS = /[\\;]|\/\//;

/** The same encoded, and: a second layer (`%25`), NUL and other controls, of ASCII and of C1 (U+0080–9F). */
const AMBIGUOUS_ESCAPE = /%(?:2f|5c|3b|25|[01][0-9a-f]|7f|c2%[89][0-9a-f])/i;

/** `.` or `..` as a whole segment; looked for after `%2e` has become a dot (`/public/..%2fadmin`, `/%2e%2e/`). */
const DOT_SEGMENT = /\/\.{1,2}(?:\/|$)/;

/** RFC 3986 section 2.3: escapes of these and the characters themselves are equivalent. */
const UNRESERVED = /[A-Za-z0-9._~-]/;

/**
 * The canonical form of an origin-form request target (RFC 9112 section 3.2.1): escapes of unreserved characters are
 * decoded, the hexadecimal of others upper-cased, `pomerium_session` taken out of the query, and nothing else changed.
 * Applying it again changes nothing. Every ambiguous target is `path.ambiguous`.
 */
export function canonicalTarget(target: string): Result<CanonicalTarget, 'path.ambiguous'> {
  if (target.length > MAX_TARGET || !TARGET.test(target)) return err('path.ambiguous');
  const mark = target.indexOf('?');
  const path = canonicalPath(mark === -1 ? target : target.slice(0, mark));
  if (path === undefined) return err('path.ambiguous');
  if (mark === -1) return ok({ path, query: '', target: path });
  const asked = target.slice(mark + 1);
  const query = withoutSession(asked);
  // `?` with nothing behind it is kept as it came, unless what stood behind it was taken out.
  const bare = query === '' && asked !== '';
  return ok({ path, query, target: bare ? path : `${path}?${query}` });
}

function canonicalPath(raw: string): string | undefined {
  if (AMBIGUOUS.test(raw) || AMBIGUOUS_ESCAPE.test(raw)) return undefined;
  const path = raw.includes('%') ? decodeUnreserved(raw) : raw;
  return path === undefined || DOT_SEGMENT.test(path) ? undefined : path;
}

/** Decodes what is the same decoded; `undefined` when the escapes are not whole, or give no UTF-8. */
export function decodeUnreserved(raw: string): string | undefined {
  if (!isUtf8(raw)) return undefined;
  return raw.replace(/%[0-9A-Fa-f]{2}/g, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return UNRESERVED.test(character) ? character : escape.toUpperCase();
  });
}

/**
 * Whether all escapes are whole and give well-formed UTF-8: no overlong form (`%c0%af`), surrogate, or lone byte. What
 * was decoded is never longer, which is asked because a bundler drops a call whose answer nobody uses, and its throw.
 */
function isUtf8(raw: string): boolean {
  try {
    return decodeURIComponent(raw).length <= raw.length;
  } catch {
    return false;
  }
}

/** The parts of a target that is one at all: visible ASCII, not too long, the session taken out of its query. */
export function splitTarget(target: string): { readonly path: string; readonly suffix: string } | undefined {
  if (target.length > MAX_TARGET || !TARGET.test(target)) return undefined;
  const mark = target.indexOf('?');
  if (mark === -1) return { path: target, suffix: '' };
  const query = withoutSession(target.slice(mark + 1));
  return { path: target.slice(0, mark), suffix: query === '' ? '' : `?${query}` };
}

/**
 * Takes `pomerium_session` parameters out, however the name is escaped: they are never accepted (tokens in URLs end in
 * logs and referrers), and what is not accepted must not leak to the upstream either.
 */
function withoutSession(query: string): string {
  if (!/session|%/i.test(query)) return query;
  return query
    .split('&')
    .filter((parameter) => parameterName(parameter) !== 'pomerium_session')
    .join('&');
}

function parameterName(parameter: string): string {
  const end = parameter.indexOf('=');
  const name = end === -1 ? parameter : parameter.slice(0, end);
  return name
    .replace(/%[0-7][0-9A-Fa-f]/g, (escape) => String.fromCharCode(Number.parseInt(escape.slice(1), 16)))
    .toLowerCase();
}
