import type { Clock, Random } from '../adapters/ports.ts';
import type { Decisions } from '../audit/port.ts';
import type { FailureLimit } from '../http/failure-limit.ts';
import type { ListedRoute, RouteFilter } from '../pages/route-filter.ts';
import type { SignInRequest } from '../sessions/sign-in-request.ts';
import type { Sessions } from '../sessions/model.ts';
import type { ProviderClient } from '../sessions/provider-client.ts';
import type { SealingRing } from '../keys/port.ts';
import type { Snapshot } from '../snapshot/model.ts';
import type { TokenRecord } from '../tokens/model.ts';

/**
 * People sign in, look at their sessions and sign out, on the service host. Every page comes from pages/, every session
 * from sessions/. It must never let a browser into a session that it did not sign in to itself (login CSRF, fixation),
 * lead it anywhere but to where a sealed value of ours says, or put anything of a request into an answer.
 */
export interface LoginDeps {
  readonly snapshot: () => Snapshot;
  readonly sessions: Sessions;
  readonly providerClient: ProviderClient;
  /** `cookie`: what a browser keeps for us; `redirect`: what it carries from one host of ours to another. */
  readonly keys: { readonly sealing: { readonly cookie: SealingRing; readonly redirect: SealingRing } };
  readonly decisions: Decisions;
  /** What the holder of a token can reach from an address, as far as the beginning of each route says. */
  readonly routesOf: (
    token: TokenRecord,
    remoteAddress: string,
    filter: RouteFilter,
  ) => readonly ListedRoute[];
  readonly failures: FailureLimit;
  readonly clock: Clock;
  readonly random: Random;
}

/** Where a sign-in leads: a page of this host, or what a route host has asked for. */
export type Destination =
  | { readonly kind: 'own'; readonly path: string }
  | { readonly kind: 'host'; readonly request: SignInRequest };

/** Our paths, for links and forms as for the rows that serve them. */
export const PATHS = {
  signIn: '/.pomerium/sign_in',
  /** Registered at every identity provider, as a whole URL. */
  callback: '/oauth2/callback',
  who: '/.pomerium/',
  routes: '/.pomerium/routes',
  sessions: '/.pomerium/sessions',
  endSession: '/.pomerium/sessions/end',
  endAllSessions: '/.pomerium/sessions/end_all',
  signOut: '/.pomerium/sign_out',
  signedOut: '/.pomerium/signed_out',
  breakGlass: '/console/sign-in',
  device: '/device',
  decideDevice: '/device/decide',
} as const;

export const WHO: Destination = { kind: 'own', path: PATHS.who };

/** Epoch seconds. */
export function nowOf({ clock }: Pick<LoginDeps, 'clock'>): number {
  return Math.floor(clock.now() / 1000);
}
