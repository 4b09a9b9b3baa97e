import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createIssuerKeys } from '../../packages/server/src/adapters/issuer-keys.ts';
import { createProviderClient } from '../../packages/server/src/adapters/provider/client.ts';
import { createSafeCall, createSafeFetch } from '../../packages/server/src/adapters/safe-fetch.ts';
import { createFailureLimit } from '../../packages/server/src/http/failure-limit.ts';
import { serviceRequest, writeAnswer } from '../../packages/server/src/http/message.ts';
import { backchannelLogoutEndpoint } from '../../packages/server/src/login/backchannel-logout.ts';
import {
  house,
  member,
  provider as providerOf,
} from '../../packages/server/src/programmatic/testing/people.ts';
import { endAtProvider } from '../../packages/server/src/sessions/end-at-provider.ts';
import type { OpenedSession } from '../../packages/server/src/sessions/model.ts';
import type { Refreshed } from '../../packages/server/src/sessions/refresh-model.ts';
import { refreshSession } from '../../packages/server/src/sessions/refresh-session.ts';
import { startBrowsers, type Browsers } from '../../packages/server/src/sessions/testing/house.ts';
import { createValidator } from '../../packages/server/src/trust/validate.ts';
import { pressThrough } from '../support/oidc-provider.ts';
import { SESSION_CLIENT, startSessionProvider, type SessionProvider } from '../support/session-provider.ts';

/** Sessions on a real database whose provider is `oidc-provider`: what it says later is what they are. */
const REDIRECT_URI = 'http://127.0.0.1:1/oauth2/callback';

const quiet = () => undefined;
const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const clock = { now: () => Date.now() };
const network = { allowPrivate: true };
const [fetch, call] = [createSafeFetch(network), createSafeCall(network)];
const validate = createValidator({ keys: createIssuerKeys({ fetch, clock, logger }) });
const settings = () => ({ clockLeeway: 5, limits: { token: 16_384 } });
const client = createProviderClient({ fetch, call, validate, settings, clock, logger });

let provider: SessionProvider;
let browsers: Browsers;
const statuses: number[] = [];

const server = createServer((incoming, outgoing) => {
  const request = serviceRequest(incoming, '/.pomerium/backchannel_logout', '', () => false);
  const failures = createFailureLimit({ perSecond: () => 1000, clock });
  const deps = { ...browsers.deps, validate, failures };
  void backchannelLogoutEndpoint(
    { ...deps, endAtProvider: (order) => endAtProvider(browsers.deps, order) },
    request,
  ).then((answer) => {
    statuses.push(answer.status);
    writeAnswer(incoming, outgoing, answer);
  });
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const backChannelLogoutUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  provider = await startSessionProvider({ redirectUri: REDIRECT_URI, backChannelLogoutUri });
});
afterAll(async () => {
  server.close();
  await provider.close();
});
beforeEach(async () => {
  statuses.length = 0;
  const known = providerOf({
    issuer: provider.url,
    client_id: SESSION_CLIENT.id,
    client_secret: SESSION_CLIENT.secret,
  });
  const people = [member('ada', 'ada@acme.example'), member('bob', 'bob@acme.example')];
  browsers = await startBrowsers({ ...house([known], people), allow_private_issuers: true });
  browsers.people.time.now = Date.now();
});
afterEach(() => browsers.people.close());

async function signIn(login: string): Promise<OpenedSession & { readonly sid: string }> {
  const [known] = browsers.deps.snapshot().identityProvidersById.values();
  if (!known) throw new Error('there is no provider');
  const [state, nonce, verifier] = [24, 24, 32].map((length) => randomBytes(length).toString('base64url'));
  const attempt = {
    state: String(state),
    nonce: String(nonce),
    verifier: String(verifier),
    redirectUri: REDIRECT_URI,
  };
  const place = await client.begin(known, attempt);
  if (!place.ok) throw new Error(place.error);
  const { search } = await pressThrough(new URL(place.value), login, REDIRECT_URI);
  const finished = await client.finish(known, attempt, search);
  if (!finished.ok) throw new Error(finished.error);
  const { claims, ...given } = finished.value;
  return {
    ...(await browsers.open(claims, given)),
    sid: typeof claims['sid'] === 'string' ? claims['sid'] : '',
  };
}

/** When what the provider gave is about to end. */
function refresh(session: OpenedSession): Promise<Refreshed> {
  browsers.people.time.now += 3600 * 1000;
  return refreshNow(session);
}

function refreshNow({ id }: OpenedSession): Promise<Refreshed> {
  const pause = async () => undefined;
  return refreshSession(
    { ...browsers.deps, writer: browsers.people.database, providerClient: client, pause },
    id,
  );
}

async function groupsOf(value: string): Promise<readonly string[] | string> {
  const presented = await browsers.deps.present(value);
  if (presented.state !== 'live') return presented.state;
  return presented.token.principal.kind === 'user' ? presented.token.principal.groups : 'nobody';
}

describe('a session of a person at oidc-provider', () => {
  it('follows their groups through one refresh token after the other, at every route host', async () => {
    provider.groups.set('ada', ['staff', 'admins']);
    const session = await signIn('ada');
    const route = await browsers.handOver(session);
    expect(await groupsOf(route)).toEqual(['staff', 'admins']);
    for (const groups of [['staff'], [], ['staff', 'night']]) {
      provider.groups.set('ada', groups);
      expect(await refresh(session)).toBe('refreshed');
      expect(await groupsOf(route)).toEqual(groups);
      expect(await groupsOf(session.value)).toEqual(groups);
    }
    expect(await browsers.people.whatBroke()).toBeUndefined();
  });

  it('ends when the person is not there any more', async () => {
    provider.groups.set('bob', ['staff']);
    const session = await signIn('bob');
    const route = await browsers.handOver(session);
    provider.groups.set('bob', null);
    expect(await refresh(session)).toBe('ended');
    expect(await groupsOf(route)).toBe('revoked');
    provider.groups.delete('bob');
  });

  it('stays while the provider is down', async () => {
    const session = await signIn('bob');
    provider.down(true);
    expect(await refresh(session)).toBe('away');
    expect(await groupsOf(session.value)).toEqual(['staff']);
    provider.down(false);
    expect(await refresh(session)).toBe('refreshed');
  });

  it('is refreshed by one of many that try at once: a refresh token that is used twice ends it', async () => {
    const session = await signIn('bob');
    browsers.people.time.now += 3600 * 1000;
    const tried = await Promise.all(Array.from({ length: 10 }, () => refreshNow(session)));
    expect(tried.filter((one) => one === 'refreshed')).toHaveLength(1);
    expect(tried.filter((one) => one === 'elsewhere')).toHaveLength(9);
    expect(await refresh(session)).toBe('refreshed');
  });

  it('ends when the provider says so, and that of another browser does not', async () => {
    const [one, two] = [await signIn('bob'), await signIn('bob')];
    expect(one.sid).not.toBe(two.sid);
    await provider.signOut('bob', one.sid);
    expect(statuses).toEqual([200]);
    expect(await groupsOf(one.value)).toBe('revoked');
    expect(await groupsOf(two.value)).toEqual(['staff']);
    await provider.signOut('bob');
    expect(await groupsOf(two.value)).toBe('revoked');
  });
});
