import { randomBytes } from 'node:crypto';
import { cookieName, cookieValues, setCookie } from '../http/cookies.ts';
import type { HeaderLine } from '@countersign/core';
import type { Clock } from '../adapters/ports.ts';
import type { SealingRing } from '../keys/port.ts';
import type { Snapshot } from '../snapshot/model.ts';
import { fittingProviders } from './fitting-providers.ts';
import { hashNonce } from './hand-over.ts';
import { sealSignInRequest, type SignInRequest } from './sign-in-request.ts';

/**
 * A route host sends a browser to sign in, and keeps half of a secret in it: what comes back is taken only from the
 * browser that was sent (login CSRF, RFC 9700 section 4.7). One cookie for each attempt, so that two tabs do not disturb
 * each other.
 */

/** Seconds: longer than it takes to set up a second factor. */
export const NONCE_LIFE = 600;

const NONCE_BYTES = 24;

/** Nonces of one browser that are looked at: more come only from somebody who writes his own. */
export const MAX_NONCES = 16;

export interface BeginDeps {
  readonly snapshot: () => Snapshot;
  /** Ring `redirect`. */
  readonly redirects: SealingRing;
  readonly clock: Clock;
}

/** Where a browser was when it was found to be nobody. */
export type Place = Pick<SignInRequest, 'host' | 'scheme' | 'port' | 'route'> & {
  /** Path and query, as they were decided on. */
  readonly target: string;
};

export interface BegunSignIn {
  /** On the service host. */
  readonly location: string;
  /** A line of `Set-Cookie`. */
  readonly cookie: string;
}

/** `undefined`: there is no provider at which anybody could sign in for that. */
export function beginSignIn(deps: BeginDeps, place: Place): BegunSignIn | undefined {
  const { service, settings } = deps.snapshot();
  if (fittingProviders(deps.snapshot(), place).length === 0) return undefined;
  const nonce = randomBytes(NONCE_BYTES).toString('base64url');
  const nonceHash = hashNonce(nonce);
  const { target, ...at } = place;
  const sealed = sealSignInRequest(deps.redirects, {
    ...at,
    kind: 'cookie',
    returnTo: `${originOf(place)}${target}`,
    nonceHash,
    issuedAt: Math.floor(deps.clock.now() / 1000),
  });
  const name = `${nonceCookies(settings.sessionCookie)}${nonceHash.slice(0, 8)}`;
  return {
    location: `${service.url}/.pomerium/sign_in?pomerium_request=${sealed}`,
    cookie: setCookie(name, nonce, { scheme: place.scheme, maxAge: NONCE_LIFE }),
  };
}

export function originOf({ scheme, host, port }: Pick<Place, 'scheme' | 'host' | 'port'>): string {
  return `${scheme}://${host}${port === undefined ? '' : `:${port}`}`;
}

/** What the names of all such cookies begin with. */
function nonceCookies(sessionCookie: string): string {
  return `${sessionCookie}_n_`;
}

/** The nonces that a browser keeps for this host. */
export function noncesOf(
  headers: readonly HeaderLine[],
  { sessionCookie, scheme }: { readonly sessionCookie: string; readonly scheme: 'http' | 'https' },
): readonly string[] {
  return cookieValues(headers, cookieName(nonceCookies(sessionCookie), scheme), MAX_NONCES);
}

/** Takes the cookie of a nonce away that has served. */
export function withoutNonce(
  nonce: string,
  { sessionCookie, scheme }: { readonly sessionCookie: string; readonly scheme: 'http' | 'https' },
): string {
  const name = `${nonceCookies(sessionCookie)}${hashNonce(nonce).slice(0, 8)}`;
  return setCookie(name, '', { scheme, maxAge: 0 });
}
