import { err, isObject, issuerKey, ok, type Claims, type RefusalCode, type Result } from '@countersign/core';
import type { ExchangeDeps } from '../exchange/model.ts';
import type { IdentityProvider, Snapshot } from '../snapshot/model.ts';
import { parseCompactJws, type UnverifiedJws } from '../trust/compact-jws.ts';

/**
 * Logout tokens (OpenID Connect Back-Channel Logout 1.0 section 2.4): a provider's signed word that a session of it, or
 * all of a person, are over. It must never take anything else for one: whoever holds an id_token could end the sessions
 * of the person that it is about.
 */
export interface LogoutOrder {
  /** Those of this issuer that are clients it was made for. */
  readonly providers: readonly IdentityProvider[];
  readonly subject?: string;
  /** `sid` */
  readonly providerSession?: string;
  /** Epoch seconds, by the provider's clock. */
  readonly issuedAt: number;
}

export interface RefusedLogout {
  readonly code: RefusalCode;
  readonly hint?: readonly string[];
  readonly jws?: UnverifiedJws;
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** Seconds: it is about now, and providers give it two minutes. */
const MAX_AGE = 600;

const MAX_SID = 1024;

export async function verifyLogoutToken(
  deps: Pick<ExchangeDeps, 'snapshot' | 'validate' | 'clock'>,
  token: string,
): Promise<Result<LogoutOrder, RefusedLogout>> {
  const snapshot = deps.snapshot();
  const { limits, clockLeeway } = snapshot.settings;
  const jws = parseCompactJws(token, limits.token, 'logout+jwt');
  if (!jws.ok) return err({ code: jws.error });
  const providers = providersOf(snapshot, jws.value.claims);
  const [first] = providers;
  if (!first) return err({ code: 'token.not_trusted', jws: jws.value });
  const verified = await deps.validate(
    jws.value,
    { id: first.id, url: first.issuer },
    {
      issuer: first.issuer,
      audiences: [first.clientId],
      leeway: clockLeeway,
      maxAge: MAX_AGE,
      mayLackSubject: true,
      now: Math.floor(deps.clock.now() / 1000),
    },
  );
  if (!verified.ok) return err({ ...verified.error, jws: jws.value });
  return orderOf(verified.value, providers);
}

/** It reads what nobody has proved: it only says whom to ask. `audiences` are other programs, and end nothing here. */
function providersOf({ identityProviders }: Snapshot, claims: Claims): readonly IdentityProvider[] {
  const iss = own(claims, 'iss');
  const aud = own(claims, 'aud');
  const audiences = Array.isArray(aud) ? aud : [aud];
  const candidates = (typeof iss === 'string' ? identityProviders.get(issuerKey(iss)) : undefined) ?? [];
  return candidates.filter(({ clientId }) => audiences.includes(clientId));
}

/** Section 2.6. */
function orderOf(claims: Claims, providers: readonly IdentityProvider[]): Result<LogoutOrder, RefusedLogout> {
  const events = own(claims, 'events');
  if (!isObject(events) || !isObject(own(events, EVENT))) return malformed('events names no logout');
  // Step 6: with a nonce it is an id_token, or can be taken for one.
  if (Object.hasOwn(claims, 'nonce')) return malformed('nonce is not allowed');
  const jti = own(claims, 'jti');
  if (typeof jti !== 'string' || jti === '') return malformed('jti is absent');
  const sid = own(claims, 'sid');
  if (sid !== undefined && (typeof sid !== 'string' || sid === '' || sid.length > MAX_SID))
    return malformed('sid is not a string');
  const subject = own(claims, 'sub');
  if (sid === undefined && subject === undefined) return malformed('sub and sid are absent');
  return ok({
    providers,
    issuedAt: Math.floor(Number(claims['iat'])),
    ...(typeof subject === 'string' && { subject }),
    ...(sid !== undefined && { providerSession: sid }),
  });
}

function malformed(hint: string): Result<never, RefusedLogout> {
  return err({ code: 'token.malformed', hint: [hint] });
}

function own(claims: Claims, name: string): Claims[string] | undefined {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}
