import { err, ok, type Problem, type Result } from '../result.ts';
import { routeFaults } from './check-route.ts';
import type { Route } from './model.ts';
import { addPath, findPath, newPathIndex, type PathIndex, type Steps } from './path-index.ts';
import { addRegex, regexProgram } from './regex-routes.ts';

/**
 * Finds the route of a request: first the host, then the path. A host that is named has its own routes and no others;
 * a wildcard takes hosts that are not. It must never see a path that is not canonical: what was decided on is what is
 * forwarded.
 */

/** Compiled routes. Opaque: {@link compileRoutes} makes it, {@link matchRoute} reads it. */
export interface RouteTable {
  /** By host, lower case; `*.b.example` for a wildcard. */
  readonly hosts: ReadonlyMap<string, HostRoutes>;
}

/** Routes of one host by port; `any` holds the routes whose `from` is found without looking at the port. */
type HostRoutes = ReadonlyMap<PortKey, PathIndex>;

type PortKey = number | 'any' | 'default';

/**
 * Compiles routes. Reported, all together: what {@link routeFaults} finds in each, and two routes that tie (same host
 * and port, and the same path or prefix, or a path that two regexes take). Paths of problems begin at `routes`.
 */
export function compileRoutes(routes: readonly Route[]): Result<RouteTable, readonly Problem[]> {
  const hosts = new Map<string, Map<PortKey, PathIndex>>();
  const problems: Problem[] = [];
  for (const [index, route] of routes.entries()) {
    const faults = [...routeFaults(route), ...addRoute(hosts, route)];
    for (const fault of faults) problems.push({ ...fault, path: ['routes', index, ...fault.path] });
  }
  return problems.length === 0 ? ok({ hosts }) : err(problems);
}

/** Adds a route under each of its ports, unless it ties with one that stands there. */
function addRoute(hosts: Map<string, Map<PortKey, PathIndex>>, route: Route): readonly Problem[] {
  const ports = hosts.get(route.host) ?? new Map<PortKey, PathIndex>();
  hosts.set(route.host, ports);
  for (const key of portKeys(route)) {
    const index = ports.get(key) ?? newPathIndex();
    ports.set(key, index);
    const faults = addTo(index, route);
    // Under its second port it would only tie again.
    if (faults.length > 0) return faults;
  }
  return [];
}

function addTo(index: PathIndex, route: Route): readonly Problem[] {
  if (route.regex !== undefined) {
    const program = regexProgram(route.regex);
    // What cannot be read is told by `routeFaults`.
    return program.ok ? addRegex(index, route, program.value) : [];
  }
  const standing = addPath(index, route);
  if (standing === undefined) return [];
  const what = route.path === undefined ? 'prefix' : 'path';
  return [{ path: ['from'], message: `takes the same host, port and ${what} as route "${standing.name}"` }];
}

/** A client leaves out the default port of the scheme, so a route on it is found both ways. */
function portKeys(route: Route): readonly PortKey[] {
  if (route.port === undefined) return ['any'];
  return route.port === (route.scheme === 'https' ? 443 : 80) ? [route.port, 'default'] : [route.port];
}

/**
 * The route that takes a request. `host` and `port` as {@link parseHostHeader} gives them, `path` canonical.
 * Where a route of exactly this port and one of any port take the path alike, the exact one takes it.
 */
export function matchRoute(
  table: RouteTable,
  host: string,
  port: number | undefined,
  path: string,
  steps: Steps = { count: 0 },
): Route | 'unknown-host' | 'unknown-path' {
  const ports = table.hosts.get(host) ?? table.hosts.get(wildcardOf(host));
  const exact = ports?.get(port ?? 'default');
  const any = ports?.get('any');
  if (exact === undefined && any === undefined) return 'unknown-host';
  const first = exact && findPath(exact, path, steps);
  const second = any && findPath(any, path, steps);
  if (first && second) return weight(first) >= weight(second) ? first : second;
  return first ?? second ?? 'unknown-path';
}

/** The wildcard that takes a host: one label, so that `*.b.example` takes `a.b.example` and nothing below it. */
function wildcardOf(host: string): string {
  return `*${host.slice(host.indexOf('.'))}`;
}

/** `path` before `regex` before the longest `prefix`. */
function weight({ path, regex, prefix }: Route): number {
  if (path !== undefined) return Number.POSITIVE_INFINITY;
  return regex === undefined ? prefix.length : Number.MAX_SAFE_INTEGER;
}
