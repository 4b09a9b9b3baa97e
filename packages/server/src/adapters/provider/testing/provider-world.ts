import { generateKeyPairSync, hash, sign, type KeyObject } from 'node:crypto';
import { err, ok, type Claims, type Json, type Result } from '@countersign/core';
import type { Provider, SignInAttempt } from '../../../sessions/provider-client.ts';
import { createValidator } from '../../../trust/validate.ts';
import { createIssuerKeys } from '../../issuer-keys.ts';
import type { LogFields } from '../../ports.ts';
import type { Call, CallAnswer, FetchFailure, SafeCall, SafeFetch } from '../../safe-fetch.ts';
import { createProviderClient } from '../client.ts';

export const ISSUER = 'https://idp.test';
export const PROVIDER: Provider = {
  id: 'idp_1',
  name: 'staff',
  issuer: ISSUER,
  clientId: 'countersign',
  clientSecret: 'a secret of a test',
  scopes: ['openid', 'email', 'offline_access'],
  claims: { email: 'email', groups: 'groups', name: 'name' },
};
export const ATTEMPT: SignInAttempt = {
  state: 'the-state-of-an-attempt',
  nonce: 'the-nonce-of-an-attempt',
  verifier: 'v'.repeat(43),
  redirectUri: 'https://auth.test/oauth2/callback',
};
export const CALLBACK = `code=the-code&state=${ATTEMPT.state}`;
export const ACCESS_TOKEN = 'the-access-token';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** Epoch seconds, far from the system's: whatever takes its time from there finds every token long over. */
export const NOW = 4_000_000_000;

export interface TokenOptions {
  readonly key?: KeyObject;
  readonly header?: Readonly<Record<string, Json>>;
}

/** What a provider says at sign-in, in full; `claims` over it. */
export function idToken(
  claims: Claims = {},
  { key = pair.privateKey, header = {} }: TokenOptions = {},
): string {
  const times = { iat: NOW, exp: NOW + 600 };
  const said = {
    iss: ISSUER,
    aud: PROVIDER.clientId,
    sub: 'ada',
    nonce: ATTEMPT.nonce,
    email: 'ada@acme.example',
    groups: ['staff'],
    name: 'Ada',
    ...times,
    ...claims,
  };
  const parts = [{ alg: 'ES256', typ: 'JWT', kid: 'a', ...header }, said];
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/** OpenID Connect Core 3.1.3.6, for ES256. */
export function atHash(accessToken: string): string {
  return hash('sha256', accessToken, 'buffer').subarray(0, 16).toString('base64url');
}

type Answer = Result<CallAnswer, FetchFailure>;

export function json(document: Json, status = 200, contentType = 'application/json'): Answer {
  return ok({ status, contentType, body: Buffer.from(JSON.stringify(document)) });
}

export function tokens(answer: Claims = {}): Answer {
  return json({ access_token: ACCESS_TOKEN, token_type: 'Bearer', expires_in: 300, ...answer });
}

const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  userinfo_endpoint: `${ISSUER}/userinfo`,
  end_session_endpoint: `${ISSUER}/end`,
  jwks_uri: `${ISSUER}/keys`,
  id_token_signing_alg_values_supported: ['ES256'],
} satisfies Record<string, Json>;

/** A provider whose documents, answers and clock the test moves by hand, and a client of it. */
export function providerWorld(metadata: Readonly<Record<string, Json>> = {}) {
  const state = {
    now: NOW * 1000,
    metadata: ok(Buffer.from(JSON.stringify({ ...METADATA, ...metadata }))) as Result<Buffer, FetchFailure>,
    /** Of the key set alone. */
    keysAreDown: false,
    described: 0,
    token: tokens({ id_token: idToken(), refresh_token: 'a-refresh-token' }),
    userInfo: err('connection') as Answer,
    calls: [] as { readonly url: string; readonly call: Call }[],
    log: [] as { readonly message: string; readonly fields?: LogFields }[],
  };
  const fetch: SafeFetch = async (url) => {
    if (url.endsWith('/keys')) return state.keysAreDown ? err('connection') : ok(KEYS);
    state.described += 1;
    return state.metadata;
  };
  const call: SafeCall = async (url, asked) => {
    state.calls.push({ url, call: asked });
    return url.endsWith('/token') ? state.token : state.userInfo;
  };
  const note = (message: string, fields?: LogFields) =>
    void state.log.push({ message, ...(fields && { fields }) });
  const logger = { debug: () => undefined, info: note, warn: note, error: note };
  const clock = { now: () => state.now };
  const validate = createValidator({ keys: createIssuerKeys({ fetch, clock, logger }) });
  const settings = () => ({ clockLeeway: 5, limits: { token: 16_384 } });
  const client = createProviderClient({ fetch, call, validate, settings, clock, logger });
  return { state, client };
}

const KEYS = Buffer.from(
  JSON.stringify({ keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'a' }] }),
);

/** Parameters of the only call to the token endpoint. */
export function formOf({
  calls,
}: {
  readonly calls: readonly { readonly call: Call }[];
}): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(calls[0]?.call.form));
}
