import { err, ok, type Claims, type Result } from '@countersign/core';
import type { TokenEndpointResponse } from 'oauth4webapi';
import { joinClaims } from '../../sessions/joined-claims.ts';
import type { Provider } from '../../sessions/provider-client.ts';
import type { Validate } from '../../trust/validate.ts';
import type { Clock } from '../ports.ts';
import type { SafeCall } from '../safe-fetch.ts';
import type { Fault } from './fault.ts';
import { verifyIdToken } from './id-token.ts';
import type { Metadata } from './metadata.ts';
import { fetchUserInfo, lacksConfigured } from './user-info.ts';

/** Who a token response is about: by its id_token, and by UserInfo for what that does not say. */
export interface LearnDeps {
  readonly call: SafeCall;
  readonly validate: Validate;
  readonly settings: () => ProviderSettings;
  readonly clock: Clock;
}

export interface ProviderSettings {
  /** Seconds. */
  readonly clockLeeway: number;
  readonly limits: { readonly token: number };
}

/** A provider as it describes itself, and what its token endpoint has answered. */
export interface Answered {
  readonly provider: Provider;
  readonly metadata: Metadata;
  readonly tokens: TokenEndpointResponse;
}

/** What an id_token proves, and all that is known with it. */
export interface Learnt {
  readonly idToken: string;
  /** Of the id_token alone. */
  readonly proved: Claims;
  readonly claims: Claims;
}

export async function learnByIdToken(deps: LearnDeps, answered: Answered): Promise<Result<Learnt, Fault>> {
  const { provider, tokens } = answered;
  const { id_token: idToken = '', access_token: accessToken } = tokens;
  const { clockLeeway: leeway, limits } = deps.settings();
  const now = Math.floor(deps.clock.now() / 1000);
  const checks = { validate: deps.validate, limit: limits.token, leeway, now };
  const proved = await verifyIdToken(provider, { idToken, accessToken }, checks);
  if (!proved.ok) return proved;
  // The provider is asked a second time only for what the configuration reads and the id_token does not say.
  if (!lacksConfigured(provider, proved.value))
    return ok({ idToken, proved: proved.value, claims: proved.value });
  const more = await learnByUserInfo(deps, answered, proved.value['sub']);
  return more.ok
    ? ok({ idToken, proved: proved.value, claims: joinClaims(proved.value, more.value ?? {}) })
    : more;
}

/** `undefined` where the provider has no such endpoint. `subject`: whom the answer has to be about. */
async function learnByUserInfo(
  { call }: LearnDeps,
  { metadata, tokens }: Answered,
  subject: Claims[string] | undefined,
): Promise<Result<Claims | undefined, Fault>> {
  const { userinfo_endpoint: endpoint } = metadata;
  if (endpoint === undefined) return ok(undefined);
  return fetchUserInfo(call, { endpoint, accessToken: tokens.access_token, subject });
}

/** Section 12.2 of OpenID Connect Core: a refresh may give an id_token, which is about the same person, or none. */
export async function learnAgain(
  deps: LearnDeps,
  answered: Answered,
  subject: string,
): Promise<Result<Partial<Learnt>, Fault>> {
  if (answered.tokens.id_token !== undefined) {
    const learnt = await learnByIdToken(deps, answered);
    const isOther = learnt.ok && learnt.value.proved['sub'] !== subject;
    return isOther ? err({ fault: 'malformed', reason: 'sub' }) : learnt;
  }
  const claims = await learnByUserInfo(deps, answered, subject);
  if (!claims.ok) return claims;
  return ok(claims.value === undefined ? {} : { claims: claims.value });
}

/** Epoch seconds; infinite where neither the access token nor what was proved says. */
export function endOf(now: number, { expires_in: expiresIn }: TokenEndpointResponse, proved: Claims): number {
  const { exp } = proved;
  const ends = [
    expiresIn === undefined ? Infinity : Math.floor(now / 1000) + expiresIn,
    typeof exp === 'number' ? exp : Infinity,
  ];
  return Math.floor(Math.min(...ends));
}
