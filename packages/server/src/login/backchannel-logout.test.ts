import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFailureLimit } from '../http/failure-limit.ts';
import type { ServiceRequest } from '../http/message.ts';
import { house, mint, provider, START } from '../programmatic/testing/people.ts';
import { endAtProvider } from '../sessions/end-at-provider.ts';
import { ADA, startBrowsers, type Browsers } from '../sessions/testing/house.ts';
import { backchannelLogoutEndpoint } from './backchannel-logout.ts';

let browsers: Browsers;
beforeEach(async () => {
  browsers = await startBrowsers();
});
afterEach(() => browsers.people.close());

const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} };
/** Of Ada, as her provider would write it; `undefined` takes a member away. */
const logoutToken = (claims: object = {}, header: object = { typ: 'logout+jwt' }, signer?: string): string =>
  mint(
    { email: undefined, email_verified: undefined, jti: 'j1', events: EVENTS, exp: START + 120, ...claims },
    signer,
    header,
  );

function request(form: string, over: Partial<ServiceRequest> = {}): ServiceRequest {
  return {
    method: 'POST',
    path: '/.pomerium/backchannel_logout',
    query: '',
    remoteAddress: '198.51.100.7',
    header: (name) => (name === 'content-type' ? 'application/x-www-form-urlencoded' : undefined),
    body: async () => ({ ok: true, value: Buffer.from(form) }),
    ...over,
  };
}

const failures = () => createFailureLimit({ perSecond: () => 100, clock: browsers.deps.clock });
const send = (token: string, over: Partial<ServiceRequest> = {}, by = browsers) =>
  backchannelLogoutEndpoint(
    { ...by.deps, failures: failures(), endAtProvider: (order) => endAtProvider(by.deps, order) },
    request(`logout_token=${token}`, over),
  );
const codeOf = ({ body }: { readonly body: string }) => (JSON.parse(body) as { readonly code: string }).code;

describe('a logout token of a session', () => {
  it('ends that session everywhere, with what route hosts hold of it, and no other of the person', async () => {
    const session = await browsers.open({ ...ADA, sid: 'one' });
    const route = await browsers.handOver(session);
    const other = await browsers.open({ ...ADA, sid: 'two' });
    const answer = await send(logoutToken({ sid: 'one' }));
    expect(answer).toEqual({ status: 200, headers: { 'cache-control': 'no-store' }, body: '' });
    expect(await browsers.stateOf(session.value)).toBe('revoked');
    expect(await browsers.stateOf(route)).toBe('revoked');
    expect(await browsers.stateOf(other.value)).toBe('live');
    expect(await browsers.people.whatBroke()).toBeUndefined();
  });

  it('needs no subject, and ends none of another subject', async () => {
    const session = await browsers.open({ ...ADA, sid: 'one' });
    await send(logoutToken({ sub: 'somebody-else', sid: 'one' }));
    expect(await browsers.stateOf(session.value)).toBe('live');
    expect((await send(logoutToken({ sub: undefined, sid: 'one' }))).status).toBe(200);
    expect(await browsers.stateOf(session.value)).toBe('revoked');
  });

  it('is 200 where there is nothing to end', async () => {
    expect((await send(logoutToken({ sid: 'unknown' }))).status).toBe(200);
  });
});

describe('a logout token of a person', () => {
  it('ends all their sessions at that provider, and nobody else’s', async () => {
    const sessions = [await browsers.open({ ...ADA, sid: 'one' }), await browsers.open(ADA)];
    const bob = await browsers.open({ sub: '1002', email: 'bob@acme.example', email_verified: true });
    expect((await send(logoutToken())).status).toBe(200);
    for (const { value } of sessions) expect(await browsers.stateOf(value)).toBe('revoked');
    expect(await browsers.stateOf(bob.value)).toBe('live');
  });

  it('ends nothing that has begun since, however often it comes', async () => {
    const token = logoutToken();
    expect((await send(token)).status).toBe(200);
    browsers.people.time.now += 60_000;
    const { value } = await browsers.open(ADA);
    expect((await send(token)).status).toBe(200);
    expect(await browsers.stateOf(value)).toBe('live');
  });

  it('ends their sessions at every client of ours that it names, and at no other', async () => {
    await browsers.people.close();
    const clients = ['one', 'two', 'three'];
    browsers = await startBrowsers(house(clients.map((name) => provider({ name, client_id: name }))));
    const values: string[] = [];
    for (const known of browsers.deps.snapshot().identityProvidersById.values())
      values.push(
        (await browsers.open({ ...ADA, email: `${known.name}@acme.example` }, { provider: known })).value,
      );
    await send(logoutToken({ aud: ['one', 'two'] }));
    expect(await Promise.all(values.map((value) => browsers.stateOf(value)))).toEqual([
      'revoked',
      'revoked',
      'live',
    ]);
  });
});

describe('what is no logout token', () => {
  it.each([
    ['for another client', { aud: 'somebody-else' }, 'token.not_trusted'],
    ['of an issuer that is none of ours', { iss: 'https://attacker.example' }, 'token.not_trusted'],
    ['that is over', { exp: START - 300, iat: START - 400 }, 'token.expired'],
    ['without an end', { exp: undefined }, 'token.expired'],
    [
      'that was made long ago, however long it lasts',
      { iat: START - 601, exp: START + 9e9 },
      'token.too_old',
    ],
    ['that does not say when it was made', { iat: undefined }, 'token.too_old'],
    ['from the future', { iat: START + 300 }, 'token.not_yet_valid'],
    ['without events (an id_token)', { events: undefined }, 'token.malformed'],
    ['with another event', { events: { 'https://schemas.example/event/other': {} } }, 'token.malformed'],
    [
      'whose event is no object',
      { events: { ...EVENTS, [Object.keys(EVENTS)[0] ?? '']: true } },
      'token.malformed',
    ],
    ['with a nonce', { nonce: 'n' }, 'token.malformed'],
    ['without a number', { jti: undefined }, 'token.malformed'],
    ['about nobody', { sub: undefined }, 'token.malformed'],
    ['whose session is no text', { sid: 1 }, 'token.malformed'],
    ['whose session is longer than any', { sid: 'x'.repeat(1025) }, 'token.malformed'],
  ])('%s is refused, and ends nothing', async (_name, claims, code) => {
    const { value } = await browsers.open({ ...ADA, sid: 'one' });
    const answer = await send(logoutToken(claims));
    expect([answer.status, codeOf(answer)]).toEqual([400, code]);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(await browsers.stateOf(value)).toBe('live');
  });

  it('signed by another issuer is refused', async () => {
    const answer = await send(logoutToken({}, { typ: 'logout+jwt' }, 'https://other.example'));
    expect([answer.status, codeOf(answer)]).toEqual([400, 'token.not_trusted']);
  });

  it.each(['at+jwt', 'secevent+jwt'])('of type %s is refused', async (typ) => {
    expect(codeOf(await send(logoutToken({}, { typ })))).toBe('token.malformed');
  });

  it.each([[{}], [{ typ: 'JWT' }], [{ typ: 'application/logout+jwt' }]])(
    'but a header %j is fine',
    async (header) => {
      expect((await send(logoutToken({}, header))).status).toBe(200);
    },
  );

  it('is no id_token either, even when its header does not say what it is', async () => {
    expect(await browsers.process.session({ events: EVENTS, jti: 'j1' })).toBe('token.malformed');
    expect(await browsers.process.session()).toMatch(/^css_/);
  });
});

describe('the endpoint', () => {
  it('takes POST alone', async () => {
    const answer = await send(logoutToken(), { method: 'GET' });
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST']);
  });

  it.each([
    ['', 'request.parameter'],
    ['logout_token=a&logout_token=b', 'request.parameter'],
    ['logout_token=no-token', 'token.malformed'],
  ])('answers 400 to %j', async (form, code) => {
    const body: ServiceRequest['body'] = async () => ({ ok: true, value: Buffer.from(form) });
    const answer = await send('', { body });
    expect([answer.status, codeOf(answer)]).toEqual([400, code]);
  });

  it('answers 400 when it could not end what it should, and the provider may repeat it', async () => {
    const { value } = await browsers.open(ADA);
    const silent = {
      ...browsers.deps,
      reader: { read: async () => ({ ok: false, error: 'unavailable' }) as const },
    };
    const answer = await backchannelLogoutEndpoint(
      { ...browsers.deps, failures: failures(), endAtProvider: (order) => endAtProvider(silent, order) },
      request(`logout_token=${logoutToken()}`),
    );
    expect([answer.status, codeOf(answer)]).toEqual([400, 'server.storage']);
    expect((await send(logoutToken())).status).toBe(200);
    expect(await browsers.stateOf(value)).toBe('revoked');
  });

  it('refuses an address that fails too often before it verifies anything', async () => {
    const limit = createFailureLimit({ perSecond: () => 1, clock: browsers.deps.clock });
    const deps = {
      ...browsers.deps,
      failures: limit,
      endAtProvider: () => Promise.reject(new Error('asked')),
    };
    for (let index = 0; index < 100; index += 1)
      await backchannelLogoutEndpoint(deps, request('logout_token=no-token'));
    const answer = await backchannelLogoutEndpoint(deps, request(`logout_token=${logoutToken()}`));
    expect(codeOf(answer)).toBe('limit.rate');
  });
});
