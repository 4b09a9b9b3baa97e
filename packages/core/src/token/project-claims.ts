import { isObject, type ClaimPath, type Claims, type Json } from '../claims.ts';

/**
 * What of a claim set anybody reads. A set is kept for as long as its token lives, and most of it (`run_id`, `jti`,
 * `sha`) differs from token to token while no route, header or assertion asks for it: a million tokens of a hundred
 * subjects then need a hundred sets. {@link readPath} gives the same on what was kept as on the whole, for every path
 * that was named.
 */

/** The claims that the paths lead to, and the objects on the way. An empty path leads to everything. */
export function projectClaims(claims: Claims, paths: readonly ClaimPath[]): Claims {
  if (paths.some((path) => path.length === 0)) return claims;
  const kept: [string, Json][] = [];
  for (const [key, below] of byFirstKey(paths)) {
    const value = Object.hasOwn(claims, key) ? claims[key] : undefined;
    if (value === undefined) continue;
    const part = below.some((path) => path.length === 0) ? value : projectWithin(value, below);
    if (part !== undefined) kept.push([key, part]);
  }
  // Defines own members, also one that is called `__proto__`; an assignment would set the prototype instead.
  return Object.fromEntries(kept);
}

/** What no path leads into is left out whole, so that sets that differ there alone become one. */
function projectWithin(value: Json, paths: readonly ClaimPath[]): Claims | undefined {
  if (!isObject(value)) return undefined;
  const part = projectClaims(value, paths);
  return Object.keys(part).length === 0 ? undefined : part;
}

/** First keys, each with what follows it. */
function byFirstKey(paths: readonly ClaimPath[]): ReadonlyMap<string, readonly ClaimPath[]> {
  const groups = new Map<string, ClaimPath[]>();
  for (const [key, ...rest] of paths) {
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(rest);
    else groups.set(key, [rest]);
  }
  return groups;
}
