import type { SealingRing } from '../keys/port.ts';

/**
 * What a route host asks of the service host: sign this browser in, and send it back. It travels through the browser,
 * sealed, so that nobody can make a link of ours that leads a signed-in person, or a value of theirs, to a place of his
 * own choice (open redirect, threat 11).
 */
export interface SignInRequest {
  /** `cookie`: the route host gets a session by a hand-over code; `program`: a listener gets a signed value. */
  readonly kind: 'cookie' | 'program';
  /** Of the route, lower case, without port. */
  readonly host: string;
  readonly scheme: 'http' | 'https';
  /** Absent where it is the one that the scheme implies. */
  readonly port?: number;
  /** Id of the route that was asked for; absent for a path of our own on that host. */
  readonly route?: string;
  /** Absolute URL on that host. */
  readonly returnTo: string;
  /** SHA-256, base64url, of the nonce in a cookie of the route host. Empty for `program`: a listener has no cookies. */
  readonly nonceHash: string;
  /** Where the value of a program goes. It was on the whitelist when this was sealed. */
  readonly redirectUri?: string;
  /** Epoch seconds. */
  readonly issuedAt: number;
}

/** Seconds within which a browser has to arrive. */
const SIGN_IN_REQUEST_LIFE = 300;

/** Seconds that the clocks of two processes may differ by. */
const LEEWAY = 60;

const PLACE = 'sign-in-request';

export function sealSignInRequest(ring: SealingRing, request: SignInRequest): string {
  return ring.seal(PLACE, JSON.stringify(request));
}

/** `expired`: it was ours, so that a page can lead back to where it came from. `undefined`: it never was. */
export interface OpenedSignInRequest {
  readonly state: 'open' | 'expired';
  readonly request: SignInRequest;
}

export function openSignInRequest(
  ring: SealingRing,
  sealed: string,
  now: number,
): OpenedSignInRequest | undefined {
  const opened = ring.open(PLACE, sealed);
  if (opened === undefined) return undefined;
  const request = JSON.parse(opened) as SignInRequest;
  const age = now - request.issuedAt;
  return { state: age <= SIGN_IN_REQUEST_LIFE + LEEWAY && age >= -LEEWAY ? 'open' : 'expired', request };
}
