import { err, ok, type Result } from '../result.ts';
import { canonicalTarget, splitTarget } from './canonical-path.ts';
import { matchRoute, type RouteTable } from './match.ts';
import type { Route } from './model.ts';
import { readAmbiguous } from './path-exceptions.ts';

/**
 * From the target of a request to its route: THE one reading of a path. Whoever decides takes path and target from
 * here and from nowhere else, so that what was decided on is what is forwarded (threat 8).
 */
export interface RoutedTarget {
  readonly route: Route;
  /** What policies see. */
  readonly path: string;
  /** Path and query, as they go on; what rewriting begins with. */
  readonly target: string;
  /** What an upstream may take the path for, where that is not one thing; canonical paths. */
  readonly readings?: readonly string[];
}

export type RoutingFault = 'path.ambiguous' | 'unknown-host' | 'unknown-path';

/** Ambiguous targets are refused before any policy is looked at, unless the route of every reading opens them. */
export function routeTarget(
  table: RouteTable,
  host: string,
  port: number | undefined,
  target: string,
): Result<RoutedTarget, RoutingFault> {
  const canonical = canonicalTarget(target);
  if (!canonical.ok) return routeAmbiguous(table, host, port, target);
  const route = matchRoute(table, host, port, canonical.value.path);
  if (typeof route === 'string') return err(route);
  return ok({ route, path: canonical.value.path, target: canonical.value.target });
}

function routeAmbiguous(
  table: RouteTable,
  host: string,
  port: number | undefined,
  target: string,
): Result<RoutedTarget, RoutingFault> {
  const split = splitTarget(target);
  const ambiguous = split && readAmbiguous(split.path);
  if (split === undefined || ambiguous === undefined) return err('path.ambiguous');
  const { path, needs, readings } = ambiguous;
  const route = matchRoute(table, host, port, path);
  if (typeof route === 'string' || !needs.every((need) => route.pathExceptions?.includes(need)))
    return err('path.ambiguous');
  // The upstream may decode what we must not: a path that is another route's to it would pass under our policy.
  if (!readings.every((reading) => matchRoute(table, host, port, reading) === route))
    return err('path.ambiguous');
  return ok({ route, path, target: `${path}${split.suffix}`, readings });
}
