import { err, ok, type Result, type Route } from '@countersign/core';
import type { LoadedConfig } from '@countersign/server';

/**
 * What a proxy in front has to know of a configuration, in the words of proxies: sites that it serves, and where it asks
 * and forwards. Pure. A rendered configuration must never leave to the proxy what has been decided: which route a
 * request belongs to is told by the answer, never by the proxy's own reading of the path.
 */
export interface Plan {
  /** `HOST:PORT` at which the server listens. */
  readonly server: { readonly host: string; readonly port: number };
  readonly service: Site;
  /** One a scheme, host and port that routes name. */
  readonly sites: readonly RouteSite[];
  readonly routes: readonly PlannedRoute[];
  /** Every header that says who is asking, in lower case: the assertion, then the claim headers of all routes. */
  readonly identityHeaders: readonly string[];
  /** There is a provider at which people sign in: browsers are led there, and come back to a path of ours. */
  readonly people: boolean;
  /** Address on which the proxy listens; absent: all. */
  readonly listen?: string;
}

/** What clients call. */
export interface Site {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** Host header: the port only where it is not that of the scheme. */
  readonly authority: string;
}

export interface RouteSite extends Site {
  /** Names of its routes. */
  readonly routes: readonly string[];
}

export interface PlannedRoute {
  readonly name: string;
  readonly upstream: Site;
  /** What the upstream gets as Host. */
  readonly hostHeader: string;
  readonly allowWebsockets: boolean;
  /** Seconds. */
  readonly timeout: number;
}

type Config = LoadedConfig['config'];
type Origin = Config['url'];

export const ASSERTION_HEADER = 'x-pomerium-jwt-assertion';

/** What Countersign answers itself on every host of routes, whoever asks. */
export const KEYS_PATH = '/.well-known/pomerium/jwks.json';
export const METADATA_PATH = '/.well-known/pomerium';

/** Behind the path of a question: without it nobody is led anywhere. */
export function questionQuery({ people }: Pick<Plan, 'people'>): string {
  return people ? '?redirect=1' : '';
}

/** A sentence when no proxy could be configured for it. `routes`: those of the configuration, compiled. */
export function planOf(
  config: Config,
  routes: readonly Route[],
  listen: string | undefined,
): Result<Plan, string> {
  if (routes.length === 0) return err('the configuration has no routes.');
  if (config.listen.port === 0) return err('the server listens on port 0: a proxy could not find it.');
  const planned = routes.map((route) => plannedRoute(route, config));
  const claims = routes.flatMap((route) => route.claimHeaders.map(({ header }) => header));
  const obstacles = routes.flatMap((route, index) => obstacleOf(route, planned[index]) ?? []);
  if (obstacles.length > 0) return err(`${obstacles.join('; ')}.`);
  return ok({
    server: { host: reachable(config.listen.host), port: config.listen.port },
    service: siteOf(config.url),
    sites: sitesOf(config),
    routes: planned.filter((route) => route !== undefined),
    identityHeaders: [...new Set([ASSERTION_HEADER, ...claims])],
    people: config.identityProviders.length > 0,
    ...(listen !== undefined && { listen }),
  });
}

/** What in the configuration keeps a proxy from working, although it can be rendered. */
export function warningsOf(config: Config, plan: Plan): readonly string[] {
  const ports = [plan.service, ...plan.sites].map(({ port }) => port);
  return [
    ...(config.trustedProxies.length === 0
      ? ['trusted_proxies is empty: the server will refuse whatever this proxy asks. List its address there.']
      : []),
    ...(ports.includes(plan.server.port)
      ? [
          `the proxy and the server would both listen on port ${plan.server.port}: change listen, or url and from.`,
        ]
      : []),
  ];
}

/** An address that stands for all of a machine's is reached at the loopback one. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function siteOf({ scheme, host, port }: Pick<Origin, 'scheme' | 'host' | 'port'>): Site {
  const isDefault = port === (scheme === 'https' ? 443 : 80);
  return { scheme, host, port, authority: isDefault ? host : `${host}:${port}` };
}

function sitesOf({ routes }: Config): readonly RouteSite[] {
  const byOrigin = Map.groupBy(routes, ({ from }) => from.text);
  return [...byOrigin.values()].flatMap((members) =>
    members.slice(0, 1).map(({ from }) => ({ ...siteOf(from), routes: members.map(({ name }) => name) })),
  );
}

function obstacleOf(route: Route, planned: PlannedRoute | undefined): string | undefined {
  // Sites and Host headers are written out, and a wildcard stands for more than can be.
  if (route.host.startsWith('*.')) return `route ${route.name} has a wildcard host`;
  if (planned !== undefined) return undefined;
  return `route ${route.name} ${beyondProxies(route)}, which only the gateway does`;
}

/** What of a route no proxy is told: rendered without it, the route would be half of what the file says. */
function beyondProxies({ upstream, idleTimeout }: Route): string {
  if (idleTimeout !== undefined) return 'ends connections that are silent';
  if (upstream?.tls) return 'has tls settings of its own';
  if (upstream?.healthCheck) return 'checks the health of its upstream';
  if (upstream && upstream.targets.length > 1) return 'spreads requests over several addresses';
  if (upstream?.targets.some(({ socketPath }) => socketPath !== undefined)) return 'leads to a socket';
  return 'changes requests or answers them itself';
}

/** `undefined` where a proxy would leave out what the configuration promises. */
function plannedRoute(route: Route, { routes }: Config): PlannedRoute | undefined {
  const { name, upstream, rewriting, headerOperations, answers, allowWebsockets, timeout } = route;
  const from = routes.find((each) => each.name === name)?.from;
  if (!from || !upstream || rewriting || headerOperations || answers) return undefined;
  if (route.idleTimeout !== undefined) return undefined;
  const [target, ...more] = upstream.targets;
  if (!target || target.socketPath !== undefined || more.length > 0) return undefined;
  if (upstream.healthCheck || upstream.tls) return undefined;
  const site = siteOf(target);
  const hostHeader = route.preserveHostHeader ? siteOf(from).authority : site.authority;
  return { name, upstream: site, hostHeader, allowWebsockets, timeout: timeout / 1000 };
}
