import type { HeaderLine } from '@countersign/core';

/**
 * Cookies of ours, read and written. Those of others are not parsed: what does not look like one of ours is none. A
 * name that came twice has no value, since whoever wrote the second one may not be us (cookie tossing from a sibling
 * domain); the `__Host-` prefix keeps that out wherever there is https.
 */

/** A cookie that this host alone reads, over https alone where the scheme is https (RFC 6265bis section 4.1.3.2). */
export function cookieName(name: string, scheme: 'http' | 'https'): string {
  return scheme === 'https' ? `__Host-${name}` : name;
}

/** The one value of a cookie; `undefined` when it did not come, came twice, or holds anything but what we write. */
export function cookieValue(headers: readonly HeaderLine[], name: string): string | undefined {
  let found: string | undefined;
  for (const [header, line] of headers) {
    if (header.length !== 'cookie'.length || header.toLowerCase() !== 'cookie') continue;
    for (const pair of line.split(';')) {
      const at = pair.indexOf('=');
      if (at === -1 || pair.slice(0, at).trim() !== name) continue;
      if (found !== undefined) return undefined;
      found = pair.slice(at + 1).trim();
    }
  }
  return found !== undefined && OURS.test(found) ? found : undefined;
}

/** The values of cookies whose names begin so, at most `limit`; those that came twice, or hold anything else, are none. */
export function cookieValues(
  headers: readonly HeaderLine[],
  beginning: string,
  limit: number,
): readonly string[] {
  const names = new Set<string>();
  for (const [header, line] of headers) {
    if (header.toLowerCase() !== 'cookie') continue;
    for (const pair of line.split(';')) {
      const name = pair.slice(0, Math.max(0, pair.indexOf('='))).trim();
      if (name.startsWith(beginning) && names.size < limit) names.add(name);
    }
  }
  return [...names].flatMap((name) => cookieValue(headers, name) ?? []);
}

/** base64url, and the dots and underscores of our values. */
const OURS = /^[A-Za-z0-9_.-]{1,4096}$/;

export interface CookieOptions {
  readonly scheme: 'http' | 'https';
  /** Seconds; 0 takes the cookie away. */
  readonly maxAge: number;
  /** `Strict` for what only our own pages send. */
  readonly sameSite?: 'Lax' | 'Strict';
}

/** A line of `Set-Cookie`: for this host and all of its paths, out of reach of scripts. */
export function setCookie(
  name: string,
  value: string,
  { scheme, maxAge, sameSite = 'Lax' }: CookieOptions,
): string {
  const secure = scheme === 'https' ? '; Secure' : '';
  return `${cookieName(name, scheme)}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=${sameSite}${secure}`;
}
