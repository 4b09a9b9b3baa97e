import type { Answer } from '../http/message.ts';
import type { EndedSession, LiveSession } from '../sessions/model.ts';
import type { SealingRing } from '../keys/port.ts';
import { leadOn } from './answers.ts';
import { PATHS, type LoginDeps } from './model.ts';
import { noSessionCookie } from './session-of.ts';

/** What comes after a session: the identity provider is asked to end its own, and a page says what has ended. */
export interface Left {
  /** Absolute URL on a route host, out of a sealed request. */
  readonly returnTo?: string;
  readonly provider?: 'ended' | 'not ended';
}

/** It goes through the browser, and as `state` through the provider: sealed, or it would be a link for anybody to write. */
const PLACE = 'left';

export function sealLeft(ring: SealingRing, left: Left): string {
  return ring.seal(PLACE, JSON.stringify(left));
}

export function openLeft(ring: SealingRing, sealed: string): Left | undefined {
  const opened = ring.open(PLACE, sealed);
  return opened === undefined ? undefined : (JSON.parse(opened) as Left);
}

/** After the session has ended here. A provider that offers no place to sign out at, or is silent, is not waited for. */
export async function leave(
  deps: LoginDeps,
  { provider, idToken }: EndedSession,
  { returnTo }: Pick<Left, 'returnTo'> = {},
): Promise<Answer> {
  const { redirect } = deps.keys.sealing;
  const back = returnTo === undefined ? {} : { returnTo };
  const cookies = [noSessionCookie(deps)];
  if (provider === undefined) return leadOn(303, signedOutLocation(sealLeft(redirect, back)), cookies);
  const url = await deps.providerClient.signOutUrl(provider, {
    ...(idToken !== undefined && { idToken }),
    returnTo: `${deps.snapshot().service.url}${PATHS.signedOut}`,
    state: sealLeft(redirect, { ...back, provider: 'ended' }),
  });
  const left = sealLeft(redirect, { ...back, provider: 'not ended' });
  return leadOn(303, url ?? signedOutLocation(left), cookies);
}

function signedOutLocation(left: string): string {
  return `${PATHS.signedOut}?state=${left}`;
}

/** For the forms that end in {@link leave}: browsers hold a redirect after a POST to `form-action` too (CSP 3). */
export async function leavingOrigins(
  { snapshot, providerClient }: Pick<LoginDeps, 'snapshot' | 'providerClient'>,
  { token }: LiveSession,
): Promise<readonly string[]> {
  const provider = snapshot().identityProvidersById.get(token.issuer);
  if (provider === undefined) return [];
  const { url } = snapshot().service;
  const there = await providerClient.signOutUrl(provider, {
    returnTo: `${url}${PATHS.signedOut}`,
    state: '',
  });
  return there === undefined ? [] : [new URL(there).origin];
}
