import type { Route } from './model.ts';
import type { Program } from './regex/program.ts';
import { run } from './regex/run.ts';

/**
 * The routes of one host and port by path: an exact `path` before a `regex` before the longest `prefix`. Exact paths
 * and prefixes are looked up, never searched: what they cost follows the depth of the path and not the number of routes.
 */
export interface PathIndex {
  readonly exact: Map<string, Route>;
  /** No two of them take one path, so their order means nothing. */
  readonly regexes: { readonly route: Route; readonly program: Program }[];
  readonly prefixes: Segment;
}

interface Segment {
  readonly children: Map<string, Segment>;
  /** Route of the prefix that ends here: `/a` takes `/a` and everything below. */
  at?: Route;
  /** Route of the prefix that ends behind the slash: `/a/` takes what lies below, not `/a` itself. */
  below?: Route;
}

export function newPathIndex(): PathIndex {
  return { exact: new Map(), regexes: [], prefixes: { children: new Map() } };
}

/** Adds a route of an exact path or a prefix; the one that stands there already when two tie. */
export function addPath(index: PathIndex, route: Route): Route | undefined {
  if (route.path === undefined) return addPrefix(index.prefixes, route);
  const standing = index.exact.get(route.path);
  if (standing === undefined) index.exact.set(route.path, route);
  return standing;
}

function addPrefix(root: Segment, route: Route): Route | undefined {
  const segments = route.prefix.split('/').slice(1);
  const isBelow = segments.at(-1) === '';
  let node = root;
  for (const name of isBelow ? segments.slice(0, -1) : segments) {
    const child = node.children.get(name) ?? { children: new Map() };
    node.children.set(name, child);
    node = child;
  }
  const place = isBelow ? 'below' : 'at';
  const standing = node[place];
  node[place] ??= route;
  return standing;
}

/** Steps are added up where the caller says, for what this costs is a promise. */
export interface Steps {
  count: number;
}

/** The route that takes a canonical path. */
export function findPath(index: PathIndex, path: string, steps: Steps): Route | undefined {
  steps.count += 1;
  return index.exact.get(path) ?? matching(index, path, steps) ?? longestPrefix(index.prefixes, path, steps);
}

function matching({ regexes }: PathIndex, path: string, steps: Steps): Route | undefined {
  for (const { route, program } of regexes) {
    const { matched, work } = run(program, path);
    steps.count += work;
    if (matched) return route;
  }
  return undefined;
}

/** Walks down as far as the tree knows the path, segment by segment; a prefix can only end between two of them. */
function longestPrefix(root: Segment, path: string, steps: Steps): Route | undefined {
  let node: Segment | undefined = root;
  let found: Route | undefined;
  // Index of the slash that follows the segment of `node`; the path's end when nothing follows.
  let slash = 0;
  while (node !== undefined) {
    steps.count += 1;
    found = (slash < path.length ? node.below : undefined) ?? node.at ?? found;
    if (slash >= path.length) break;
    const next = path.indexOf('/', slash + 1);
    const end = next === -1 ? path.length : next;
    node = node.children.get(path.slice(slash + 1, end));
    slash = end;
  }
  return found;
}
