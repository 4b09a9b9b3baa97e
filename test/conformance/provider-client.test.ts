import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIssuerKeys } from '../../packages/server/src/adapters/issuer-keys.ts';
import { createProviderClient } from '../../packages/server/src/adapters/provider/client.ts';
import { createSafeCall, createSafeFetch } from '../../packages/server/src/adapters/safe-fetch.ts';
import type { Provider } from '../../packages/server/src/sessions/provider-client.ts';
import { createValidator } from '../../packages/server/src/trust/validate.ts';
import { pressThrough } from '../support/oidc-provider.ts';
import { SESSION_CLIENT, startSessionProvider, type SessionProvider } from '../support/session-provider.ts';

/** Our client of identity providers and `oidc-provider`, over real connections: what a browser would carry is carried here. */
const REDIRECT_URI = 'http://127.0.0.1:1/oauth2/callback';

let provider: SessionProvider;
beforeAll(async () => {
  provider = await startSessionProvider({ redirectUri: REDIRECT_URI });
});
afterAll(() => provider.close());

const known = (): Provider => ({
  id: 'idp_1',
  name: 'staff',
  issuer: provider.url,
  clientId: SESSION_CLIENT.id,
  clientSecret: SESSION_CLIENT.secret,
  scopes: ['openid', 'email', 'profile', 'offline_access'],
  claims: { email: 'email', groups: 'groups', name: 'name' },
});

function createClient() {
  const silent = () => undefined;
  const logger = { debug: silent, info: silent, warn: silent, error: silent };
  const network = { allowPrivate: true };
  const [fetch, call] = [createSafeFetch(network), createSafeCall(network)];
  const clock = { now: () => Date.now() };
  const validate = createValidator({ keys: createIssuerKeys({ fetch, clock, logger }) });
  const settings = () => ({ clockLeeway: 5, limits: { token: 16_384 } });
  return createProviderClient({ fetch, call, validate, settings, clock, logger });
}

const newAttempt = () => {
  const [state, nonce, verifier] = [24, 24, 32].map((length) => randomBytes(length).toString('base64url'));
  return {
    state: String(state),
    nonce: String(nonce),
    verifier: String(verifier),
    redirectUri: REDIRECT_URI,
  };
};

async function signIn(login: string, change: (query: URLSearchParams) => void = () => undefined) {
  const client = createClient();
  const attempt = newAttempt();
  const place = await client.begin(known(), attempt);
  if (!place.ok) throw new Error(place.error);
  const { searchParams } = await pressThrough(new URL(place.value), login, REDIRECT_URI);
  change(searchParams);
  return {
    client,
    attempt,
    query: searchParams,
    finished: await client.finish(known(), attempt, String(searchParams)),
  };
}

describe('a sign-in at oidc-provider', () => {
  it('gives who it is: the id_token, and UserInfo for what that does not say', async () => {
    provider.groups.set('ada', ['staff', 'admins']);
    const { finished } = await signIn('ada');
    expect(finished).toMatchObject({
      ok: true,
      value: {
        claims: {
          iss: provider.url,
          sub: 'ada',
          email: 'ada@acme.example',
          email_verified: true,
          groups: ['staff', 'admins'],
        },
        refreshToken: expect.any(String),
        refreshBy: expect.any(Number),
      },
    });
  });

  it('is good once: of its code, nothing is given again', async () => {
    const { client, attempt, query } = await signIn('bob');
    expect(await client.finish(known(), attempt, String(query))).toEqual({ ok: false, error: 'refused' });
  });

  it('cannot be finished with the answer of an attempt of somebody else', async () => {
    const { client, query } = await signIn('bob');
    const other = { ...newAttempt(), state: query.get('state') ?? '' };
    expect(await client.finish(known(), other, String(query))).toEqual({ ok: false, error: 'refused' });
  });

  it('is refused when the answer says that it comes from another provider', async () => {
    const { finished } = await signIn('bob', (query) => query.set('iss', 'https://attacker.test'));
    expect(finished).toEqual({ ok: false, error: 'malformed' });
  });

  it('is refused when the answer does not say where it comes from, since this provider always does', async () => {
    const { finished } = await signIn('bob', (query) => query.delete('iss'));
    expect(finished).toEqual({ ok: false, error: 'malformed' });
  });
});

describe('a refresh at oidc-provider', () => {
  const begun = async (login: string) => {
    const { client, finished } = await signIn(login);
    const refreshToken = finished.ok ? String(finished.value.refreshToken) : '';
    return { client, refreshToken, refresh: (token: string) => client.refresh(known(), token, login) };
  };

  it('gives another refresh token, and the groups of now', async () => {
    provider.groups.set('eve', ['staff', 'admins']);
    const { refresh, refreshToken } = await begun('eve');
    provider.groups.set('eve', ['staff']);
    const again = await refresh(refreshToken);
    expect(again).toMatchObject({ ok: true, value: { claims: { sub: 'eve', groups: ['staff'] } } });
    const next = again.ok ? String(again.value.refreshToken) : '';
    expect(next).not.toBe(refreshToken);
    expect(await refresh(next)).toMatchObject({ ok: true });
    // RFC 9700 section 4.14.2: one that was used before ends the whole family.
    expect(await refresh(refreshToken)).toEqual({ ok: false, error: 'refused' });
  });

  it('is refused once the person is not there any more', async () => {
    const { refresh, refreshToken } = await begun('mallory');
    provider.groups.set('mallory', null);
    expect(await refresh(refreshToken)).toEqual({ ok: false, error: 'refused' });
  });

  it('is unreachable while the provider is down, and goes on when it is back', async () => {
    const { refresh, refreshToken } = await begun('carol');
    provider.down(true);
    expect(await refresh(refreshToken)).toEqual({ ok: false, error: 'unreachable' });
    provider.down(false);
    expect(await refresh(refreshToken)).toMatchObject({ ok: true });
  });
});
