import { err, ok, type Result } from '@countersign/core';
import {
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
  validateAuthResponse,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import type {
  Provider,
  ProviderAnswer,
  ProviderClient,
  ProviderFault,
  RefreshAnswer,
  SignInAttempt,
} from '../../sessions/provider-client.ts';
import type { Logger } from '../ports.ts';
import type { SafeFetch } from '../safe-fetch.ts';
import { authorizationUrl, endSessionUrl } from './authorization-request.ts';
import { faultOf, ofCall, type Fault } from './fault.ts';
import { createFaultLog, type FaultLog } from './fault-log.ts';
import { endOf, learnAgain, learnByIdToken, type LearnDeps } from './learn.ts';
import { createMetadataCache, type FindMetadata } from './metadata-cache.ts';
import type { Metadata } from './metadata.ts';
import { authenticationOf, clientOf, requestOptions } from './wire.ts';

/**
 * Our side of OpenID Connect: asks providers over checked connections, and believes an answer when every check of the
 * specification and of the validator has passed. It must never put a token, a code, a secret or a word of a provider into a
 * log or an error, nor give anything to a callback that was not begun here.
 */
export interface ProviderClientDeps extends LearnDeps {
  readonly fetch: SafeFetch;
  readonly logger: Logger;
}

export function createProviderClient(deps: ProviderClientDeps): ProviderClient {
  const parts: Parts = { ...deps, find: createMetadataCache(deps), note: createFaultLog(deps) };
  return {
    begin: (provider, attempt) =>
      ask(parts, provider, 'begin', async ({ metadata }) => {
        const challenge = await calculatePKCECodeChallenge(attempt.verifier);
        return ok(authorizationUrl(provider, metadata, attempt, challenge));
      }),
    finish: (provider, attempt, query) =>
      ask(parts, provider, 'finish', (asked) => finish(parts, asked, attempt, query)),
    refresh: (provider, refreshToken, subject) =>
      ask(parts, provider, 'refresh', (asked) => refresh(parts, asked, refreshToken, subject)),
    signOutUrl: async (provider, options) => {
      const metadata = await parts.find(provider);
      return metadata.ok ? endSessionUrl(provider, metadata.value, options) : undefined;
    },
  };
}

interface Parts extends ProviderClientDeps {
  readonly find: FindMetadata;
  readonly note: FaultLog;
}

interface Asked {
  readonly provider: Provider;
  readonly metadata: Metadata;
}

/** Everything that the library throws ends here. */
async function ask<T>(
  { find, note }: Parts,
  provider: Provider,
  step: 'begin' | 'finish' | 'refresh',
  work: (asked: Asked) => Promise<Result<T, Fault>>,
): Promise<Result<T, ProviderFault>> {
  const metadata = await find(provider);
  const done = metadata.ok
    ? await work({ provider, metadata: metadata.value }).catch((error: unknown) => err(faultOf(error)))
    : err(ofCall(metadata.error));
  if (done.ok) return done;
  note(provider.name, step, done.error);
  return err(done.error.fault);
}

async function finish(
  parts: Parts,
  asked: Asked,
  attempt: SignInAttempt,
  query: string,
): Promise<Result<ProviderAnswer, Fault>> {
  const { provider, metadata } = asked;
  const client = clientFor(parts, provider);
  // RFC 9207, RFC 6749 section 10.12: whose answer it is, and that this browser began it, before anything is sent anywhere.
  const callback = validateAuthResponse(metadata, client, new URLSearchParams(query), attempt.state);
  const response = await authorizationCodeGrantRequest(
    metadata,
    client,
    authenticationOf(provider, metadata),
    callback,
    attempt.redirectUri,
    attempt.verifier,
    requestOptions(parts.call, provider.issuer),
  );
  const checks = { expectedNonce: attempt.nonce, requireIdToken: true } as const;
  const tokens = await processAuthorizationCodeResponse(metadata, client, response, checks);
  const learnt = await learnByIdToken(parts, { ...asked, tokens });
  if (!learnt.ok) return learnt;
  const { claims, idToken, proved } = learnt.value;
  return ok({
    claims,
    idToken,
    refreshBy: endOf(parts.clock.now(), tokens, proved),
    ...refreshTokenOf(tokens),
  });
}

async function refresh(
  parts: Parts,
  asked: Asked,
  refreshToken: string,
  subject: string,
): Promise<Result<RefreshAnswer, Fault>> {
  const { provider, metadata } = asked;
  const client = clientFor(parts, provider);
  const authentication = authenticationOf(provider, metadata);
  const options = requestOptions(parts.call, provider.issuer);
  const response = await refreshTokenGrantRequest(metadata, client, authentication, refreshToken, options);
  const tokens = await processRefreshTokenResponse(metadata, client, response);
  const learnt = await learnAgain(parts, { ...asked, tokens }, subject);
  if (!learnt.ok) {
    // The grant is good and its token perhaps a new one: to lose that for keys or a UserInfo that are out of reach would
    // end the session at the next refresh.
    if (learnt.error.fault !== 'unreachable') return learnt;
    parts.note(provider.name, 'refresh', learnt.error);
  }
  const { claims, idToken, proved = {} } = learnt.ok ? learnt.value : {};
  const refreshBy = endOf(parts.clock.now(), tokens, proved);
  return ok({
    ...(claims && { claims }),
    ...(idToken !== undefined && { idToken }),
    ...(refreshBy < Infinity && { refreshBy }),
    ...refreshTokenOf(tokens),
  });
}

function clientFor({ clock, settings }: Parts, provider: Provider): ReturnType<typeof clientOf> {
  return clientOf(provider, clock.now(), settings().clockLeeway);
}

function refreshTokenOf({ refresh_token: refreshToken }: TokenEndpointResponse) {
  return refreshToken === undefined ? {} : { refreshToken };
}
