import type { Route } from './model.ts';
import { run } from './regex/run.ts';
import { takesAllFrom } from './regex/covers.ts';
import { regexProgram } from './regex-routes.ts';

/**
 * Routes that no request reaches, because others of their host, which are asked first, take all of their paths. It says
 * so only where it is certain.
 */
export interface Shadowed {
  /** Place among the routes. */
  readonly index: number;
  /** Names of the routes that take its paths; empty: the gateway answers there itself. */
  readonly by: readonly string[];
}

type Address = Pick<Route, 'name' | 'host' | 'port' | 'prefix' | 'path' | 'regex'>;

export function shadowedRoutes(routes: readonly Address[]): readonly Shadowed[] {
  const neighbours = Map.groupBy(routes, keyOf);
  return routes.flatMap((route, index) => {
    const by = isOwnPath(route.path ?? route.prefix)
      ? []
      : takersOf(route, neighbours.get(keyOf(route)) ?? []);
    return by === undefined ? [] : [{ index, by }];
  });
}

function keyOf({ host, port }: Address): string {
  return `${host}:${port ?? ''}`;
}

/** What the gateway answers itself on every host of a route (contract of the gateway). */
const OWN_PATHS: readonly string[] = ['/ping', '/healthz', '/.well-known/pomerium/jwks.json', '/.pomerium'];

function isOwnPath(path: string): boolean {
  return OWN_PATHS.includes(path) || path.startsWith('/.pomerium/');
}

/** Names of those that take all paths of a route; `undefined` when some are left. */
function takersOf(route: Address, all: readonly Address[]): readonly string[] | undefined {
  // An exact path is asked first, and a regex shares no path with another: what is left of it is not known.
  if (route.path !== undefined || route.regex !== undefined) return undefined;
  const { prefix } = route;
  const below = prefix.endsWith('/') ? prefix : `${prefix}/`;
  const itself = prefix === below ? [] : all.filter((other) => takes(other, prefix)).slice(0, 1);
  const rest = all.find((other) => other !== route && takesBelow(other, below));
  if (rest === undefined || (prefix !== below && itself.length === 0)) return undefined;
  return [...new Set([...itself, rest].map(({ name }) => name))];
}

/** Whether it is asked before any prefix, and takes this path. */
function takes({ path, regex }: Address, wanted: string): boolean {
  if (path !== undefined) return path === wanted;
  const program = regex === undefined ? undefined : regexProgram(regex);
  return program?.ok === true && run(program.value, wanted).matched;
}

/** Whether everything below a slash is taken before a prefix that ends there or above. */
function takesBelow({ path, regex, prefix }: Address, below: string): boolean {
  if (path !== undefined) return false;
  if (regex === undefined) return prefix === below;
  const program = regexProgram(regex);
  return program.ok && takesAllFrom(program.value, below);
}
