import type { Route } from './model.ts';

/**
 * Header names as an upstream may read them. CGI and its heirs (WSGI, Rack, PHP) turn a name into a variable by
 * upper-casing it and making everything that is no letter or digit an underscore; so `X_Pomerium_Jwt.Assertion`
 * arrives as our assertion (CVE-2025-64484). Names are therefore always compared by their key.
 */

/** The key of a header name: lower case, and `-` for every character that is no letter or digit. */
export function headerKey(name: string): string {
  const lower = name.toLowerCase();
  return ODD.test(lower) ? lower.replace(/[^a-z0-9]/g, '-') : lower;
}

/** Most names have nothing to replace, and looking is cheaper than replacing: this runs for every header line. */
const ODD = /[^a-z0-9-]/;

/** All names that begin so say who the caller is, and come from us alone (threat 9). */
const IDENTITY_PREFIXES = ['x-pomerium-', 'x-countersign-'] as const;

/** Whether a header says who the caller is. `claimHeaders`: {@link claimHeaderKeys} of all routes. */
export function isIdentityHeader(key: string, claimHeaders: ReadonlySet<string>): boolean {
  return IDENTITY_PREFIXES.some((prefix) => key.startsWith(prefix)) || claimHeaders.has(key);
}

/**
 * Keys of the claim headers of every route, not only of the one that is asked: two routes may lead to one upstream,
 * which believes these headers wherever they come from. Made once, when routes are compiled.
 */
export function claimHeaderKeys(routes: readonly Pick<Route, 'claimHeaders'>[]): ReadonlySet<string> {
  return new Set(routes.flatMap((route) => route.claimHeaders.map(({ header }) => headerKey(header))));
}
