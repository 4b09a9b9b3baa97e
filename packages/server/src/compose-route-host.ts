import type { Route } from '@countersign/core';
import type { Surroundings } from './adapters/ports.ts';
import { claimsAt, visibleRoutes, visitorOf } from './gateway/visitor.ts';
import type { GatewayDeps } from './gateway/model.ts';
import { refusalAnswer } from './gateway/refusal.ts';
import type { State } from './state.ts';
import type { RouteHostDeps, VisibleRoute, Visitors } from './programmatic/route-host/model.ts';
import { beginSignIn, type BegunSignIn, type Place } from './sessions/begin-sign-in.ts';
import type { Sessions } from './sessions/model.ts';

/** How a host of routes sends a browser to sign in. */
export type BeginSignIn = (place: Place) => BegunSignIn | undefined;

export function composeBeginSignIn({ live, keys }: State, { clock }: Surroundings): BeginSignIn {
  const deps = { snapshot: live.current, redirects: keys.sealing.redirect, clock };
  return (place) => beginSignIn(deps, place);
}

/** What a host of routes answers itself. */
export function composeRouteHost(
  { live, keys, decisions }: State,
  gateway: GatewayDeps,
  parts: { readonly sessions: Sessions; readonly beginSignIn: BeginSignIn },
): RouteHostDeps {
  return {
    ...parts,
    snapshot: live.current,
    decisions,
    assertionRing: keys.rings.assertion,
    redirects: keys.sealing.redirect,
    clock: gateway.clock,
    visitors: visitorsOf(gateway),
    refusal: ({ host, ...refused }, headers) => refusalAnswer({ ...refused, realm: host }, headers),
  };
}

/** The gateway's word on who comes. */
function visitorsOf(gateway: GatewayDeps): Visitors {
  return {
    of: (host, headers) => visitorOf(gateway, host, headers),
    claimsOf: (host, token) => claimsAt(gateway, host, token),
    routesOf: composeRoutesOf(gateway),
  };
}

/** What somebody can reach, for the pages that list it. */
export function composeRoutesOf(
  gateway: Pick<GatewayDeps, 'snapshot' | 'present' | 'clock'>,
): Visitors['routesOf'] {
  return (token, remoteAddress, filter) => {
    const isWanted = (route: Route): boolean => filter?.isWanted(shown(route)) ?? true;
    return visibleRoutes(gateway, token, { remoteAddress, isWanted }).map(shown);
  };
}

function shown({ id, name, resource, description }: Route): VisibleRoute {
  // Of a regex the resource is followed by it: an address has no space.
  const [from = ''] = resource.split(' ');
  return { id, name, from, ...(description !== undefined && { description }) };
}
