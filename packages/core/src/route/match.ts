import { err, ok, type Problem, type Result } from '../result.ts';
import { routeFaults } from './check-route.ts';
import type { Route } from './model.ts';

/**
 * Finds the route of a request: exact host, then the longest prefix of the canonical path. Compiled into a tree of
 * segments, so that the cost follows the depth of the path and never the number of routes. It must never see a path
 * that is not canonical: what was decided on is what is forwarded.
 */

/** Compiled routes. Opaque: {@link compileRoutes} makes it, {@link matchRoute} reads it. */
export interface RouteTable {
  readonly hosts: ReadonlyMap<string, HostRoutes>;
}

/** Segment trees of one host by port; `any` holds the routes whose `from` is found without looking at the port. */
type HostRoutes = ReadonlyMap<PortKey, Segment>;

type PortKey = number | 'any' | 'default';

interface Segment {
  readonly children: Map<string, Segment>;
  /** Route of the prefix that ends here: `/a` takes `/a` and everything below. */
  at?: Route;
  /** Route of the prefix that ends behind the slash: `/a/` takes what lies below, not `/a` itself. */
  below?: Route;
}

/**
 * Compiles routes. Reported, all together: what {@link routeFaults} finds in each, and two routes that tie (same host,
 * port and prefix). Paths of problems begin at `routes`.
 */
export function compileRoutes(routes: readonly Route[]): Result<RouteTable, readonly Problem[]> {
  const hosts = new Map<string, Map<PortKey, Segment>>();
  const problems: Problem[] = [];
  for (const [index, route] of routes.entries()) {
    const faults = [...routeFaults(route), ...ties(addRoute(hosts, route))];
    for (const fault of faults) problems.push({ ...fault, path: ['routes', index, ...fault.path] });
  }
  return problems.length === 0 ? ok({ hosts }) : err(problems);
}

function ties(other: Route | undefined): readonly Problem[] {
  if (other === undefined) return [];
  return [{ path: ['from'], message: `takes the same host, port and prefix as route "${other.name}"` }];
}

/** Adds a route under each of its ports; the route that stands there already when two tie. */
function addRoute(hosts: Map<string, Map<PortKey, Segment>>, route: Route): Route | undefined {
  const ports = hosts.get(route.host) ?? new Map<PortKey, Segment>();
  hosts.set(route.host, ports);
  let standing: Route | undefined;
  for (const key of portKeys(route)) {
    const root = ports.get(key) ?? newSegment();
    ports.set(key, root);
    standing ??= addPrefix(root, route);
  }
  return standing;
}

/** A client leaves out the default port of the scheme, so a route on it is found both ways. */
function portKeys(route: Route): readonly PortKey[] {
  if (route.port === undefined) return ['any'];
  return route.port === (route.scheme === 'https' ? 443 : 80) ? [route.port, 'default'] : [route.port];
}

function newSegment(): Segment {
  return { children: new Map() };
}

function addPrefix(root: Segment, route: Route): Route | undefined {
  const segments = route.prefix.split('/').slice(1);
  const isBelow = segments.at(-1) === '';
  let node = root;
  for (const name of isBelow ? segments.slice(0, -1) : segments) {
    const child = node.children.get(name) ?? newSegment();
    node.children.set(name, child);
    node = child;
  }
  const place = isBelow ? 'below' : 'at';
  const standing = node[place];
  node[place] ??= route;
  return standing;
}

/**
 * The route that takes a request. `host` and `port` as {@link parseHostHeader} gives them, `path` canonical.
 * Where a route of exactly this port and one of any port have the same prefix, the exact one takes it.
 */
export function matchRoute(
  table: RouteTable,
  host: string,
  port: number | undefined,
  path: string,
): Route | 'unknown-host' | 'unknown-path' {
  const ports = table.hosts.get(host);
  const exact = ports?.get(port ?? 'default');
  const any = ports?.get('any');
  if (exact === undefined && any === undefined) return 'unknown-host';
  const first = exact && longestPrefix(exact, path);
  const second = any && longestPrefix(any, path);
  if (first && second) return first.prefix.length >= second.prefix.length ? first : second;
  return first ?? second ?? 'unknown-path';
}

/** Walks down as far as the tree knows the path, segment by segment; a prefix can only end between two of them. */
function longestPrefix(root: Segment, path: string): Route | undefined {
  let node: Segment | undefined = root;
  let found: Route | undefined;
  // Index of the slash that follows the segment of `node`; the path's end when nothing follows.
  let slash = 0;
  while (node !== undefined) {
    found = (slash < path.length ? node.below : undefined) ?? node.at ?? found;
    if (slash >= path.length) break;
    const next = path.indexOf('/', slash + 1);
    const end = next === -1 ? path.length : next;
    node = node.children.get(path.slice(slash + 1, end));
    slash = end;
  }
  return found;
}
