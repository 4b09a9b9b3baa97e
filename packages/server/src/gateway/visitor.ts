import {
  evaluate,
  hostResource,
  matchRoute,
  principalAmong,
  type Claims,
  type HeaderLine,
  type RefusalCode,
  type Route,
} from '@countersign/core';
import { cookieName } from '../http/cookies.ts';
import { routesOfHost } from '../snapshot/route-index.ts';
import type { Presented, TokenRecord } from '../tokens/model.ts';
import { assertionClaims } from './assertion-claims.ts';
import { findCredential } from './credential/index.ts';
import { factsOf } from './facts.ts';
import type { GatewayDeps } from './model.ts';
import { routingOf } from './routing.ts';
import { tokenOn } from './speaker.ts';

/**
 * Who comes to a host of routes, asked by pages of ours there: the carriers and the limits of the gateway, without a route
 * and its policy. It must never take somebody for more than the gateway would on any route of that host.
 */
export type Visitor =
  | { readonly kind: 'somebody'; readonly token: TokenRecord }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'refused'; readonly code: RefusalCode };

type Deps = Pick<GatewayDeps, 'snapshot' | 'present' | 'clock'>;

export function visitorOf(
  deps: Deps,
  host: string,
  headers: readonly HeaderLine[],
): Visitor | Promise<Visitor> {
  const snapshot = deps.snapshot();
  const routes = routesOfHost(snapshot, host);
  const [first] = routes;
  if (!first) return { kind: 'nobody' };
  const cookie = cookieName(snapshot.settings.sessionCookie, first.scheme);
  const credential = findCredential(headers, { issuer: snapshot.service.url, cookie, foreign: false });
  if (credential.kind === 'ambiguous') return { kind: 'refused', code: 'credential.invalid' };
  // An Authorization of somebody else is the upstream's, and says nothing here.
  if (credential.kind !== 'ours') return { kind: 'nobody' };
  const judge = (presented: Presented): Visitor => {
    if (presented.state === 'live') return speakerOn(presented.token, host, routes);
    if (presented.state === 'unavailable') return { kind: 'refused', code: 'server.storage' };
    // A browser sends what it has: a cookie that is over is none.
    return credential.carrier === 'cookie'
      ? { kind: 'nobody' }
      : { kind: 'refused', code: `credential.${presented.state}` };
  };
  const presented = deps.present(credential.value);
  return presented instanceof Promise ? presented.then(judge) : judge(presented);
}

function speakerOn(token: TokenRecord, host: string, routes: readonly Route[]): Visitor {
  const { resources } = token;
  const isMeant =
    resources.length === 0 ||
    resources.includes(hostResource(host)) ||
    routes.some(({ resource }) => resources.includes(resource));
  if (!isMeant) return { kind: 'refused', code: 'credential.audience' };
  const organizations = [...new Set(routes.flatMap((route) => route.organizations))];
  const principal = principalAmong(token.principal, organizations);
  if (principal === undefined) return { kind: 'refused', code: 'credential.invalid' };
  return { kind: 'somebody', token: { ...token, principal } };
}

/** What the upstream at the beginning of the host is told of them; of a host without one, what all are told. */
export function claimsAt(deps: Deps, host: string, token: TokenRecord): Claims {
  const snapshot = deps.snapshot();
  const found = matchRoute(routingOf(snapshot).table, host, undefined, '/');
  const route = typeof found === 'string' ? routesOfHost(snapshot, host)[0] : found;
  if (!route) return {};
  const now = Math.floor(deps.clock.now() / 1000);
  return assertionClaims({ token, route, host, jti: '', now });
}

/** Routes that are listed: nobody reads more. */
export const MAX_VISIBLE = 1000;

export interface Looking {
  readonly remoteAddress: string;
  /** Whether they look for such a route. Asked before its policy: what nobody looks for costs no evaluation. */
  readonly isWanted: (route: Route) => boolean;
}

/** Routes that they may read the beginning of: what lies behind may still be closed to them, or only open there. */
export function visibleRoutes(
  deps: Deps,
  token: TokenRecord,
  { remoteAddress, isWanted }: Looking,
): readonly Route[] {
  const snapshot = deps.snapshot();
  const isOpen = (route: Route): boolean => {
    const path = route.path ?? route.prefix;
    const head = { method: 'GET', target: path, headers: [], remoteAddress };
    const request = { head, host: route.host, port: route.port, websocket: false };
    const speaker = tokenOn(route, token);
    if (speaker === undefined && route.access !== 'public') return false;
    const facts = factsOf({ time: deps.clock.now(), request, snapshot, path }, speaker);
    return evaluate(route.policy, facts).effect === 'allow';
  };
  const visible: Route[] = [];
  for (const route of snapshot.routes) {
    if (visible.length >= MAX_VISIBLE) break;
    if (isWanted(route) && isOpen(route)) visible.push(route);
  }
  return visible;
}
