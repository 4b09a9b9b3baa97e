import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, post } from '../support/request.ts';
import { startHouse, type House } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.dispose());

const ada = {
  aud: 'countersign',
  sub: '1001',
  email: 'ada@acme.example',
  email_verified: true,
  groups: ['ops'],
};
const login = (idToken: string) =>
  ask(house.server.port, {
    method: 'POST',
    path: '/api/v1/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ id_token: idToken }).toString(),
  });
const orders = (token: string) =>
  ask(house.server.port, {
    path: '/list',
    host: `orders.localhost:${house.server.port}`,
    headers: { authorization: `Bearer ${token}` },
  });

describe('POST /api/v1/token', () => {
  it('gives exactly Token and Expiry, and the session opens a route until the id_token ends', async () => {
    const exp = Math.floor(Date.now() / 1000) + 120;
    const reply = await login(await house.corp.mint({ ...ada, exp }));
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toBe('application/json');
    expect(reply.headers['cache-control']).toBe('no-store');
    expect(Object.keys(reply.json())).toEqual(['Token', 'Expiry']);
    expect(reply.json()['Token']).toMatch(/^css_[0-9A-Za-z]{38}$/);
    expect(reply.json()['Expiry']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Date.parse(reply.json()['Expiry'] as string)).toBe(exp * 1000);
    expect((await orders(reply.json()['Token'] as string)).status).toBe(200);
  });

  it('takes JSON too, and the audiences of other clients of the provider', async () => {
    const id_token = await house.corp.mint({ ...ada, aud: ['cli-client', 'x'] });
    expect((await post(house.server.port, '/api/v1/token', { id_token })).status).toBe(200);
  });

  it('lets a person without a verified email of the domain in, and no further', async () => {
    for (const claims of [
      { ...ada, email_verified: false },
      { ...ada, email: 'ada@evil.example' },
      { ...ada, email: 'ada@acme.example@evil.example' },
    ]) {
      const reply = await login(await house.corp.mint(claims));
      expect(reply.status).toBe(200);
      const refused = await orders(reply.json()['Token'] as string);
      expect([refused.status, refused.json()['code']]).toEqual([403, 'policy.refused']);
    }
  });

  const cases: readonly [string, string, () => Promise<string>][] = [
    ['what is no token', 'token.malformed', async () => 'x'],
    ['a token of an unknown provider', 'token.not_trusted', () => house.ci.mint(ada)],
    [
      'a token signed by somebody else',
      'token.not_trusted',
      () => house.ci.mint(ada, { issuer: house.corp.url }),
    ],
    ['a token for another client', 'token.audience', () => house.corp.mint({ ...ada, aud: 'else' })],
    [
      'a token that has just expired, leeway or not',
      'token.expired',
      () => house.corp.mint({ ...ada, exp: Math.floor(Date.now() / 1000) - 2 }),
    ],
  ];
  it.each(cases)('answers 401 to %s', async (_name, code, mint) => {
    const reply = await login(await mint());
    expect(reply.status).toBe(401);
    expect(reply.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    expect(reply.json()['code']).toBe(code);
  });

  it('answers 400 when there is no id_token, 405 to a GET', async () => {
    const missing = await post(house.server.port, '/api/v1/token', {});
    expect([missing.status, missing.json()['code']]).toEqual([400, 'request.parameter']);
    expect((await ask(house.server.port, { path: '/api/v1/token' })).status).toBe(405);
  });

  it('answers 503 while the provider cannot be asked for its keys', async () => {
    const other = await startHouse();
    try {
      other.corp.break(true);
      const reply = await post(other.server.port, '/api/v1/token', { id_token: await other.corp.mint(ada) });
      expect([reply.status, reply.json()['code']]).toEqual([503, 'issuer.unreachable']);
      expect(reply.headers['retry-after']).toBeDefined();
    } finally {
      await other.dispose();
    }
  });

  it('knows a person by provider and sub at /api/user, and as the member whom the first sign-in bound', async () => {
    const user = async (claims: object) => {
      const token = (await login(await house.corp.mint({ ...ada, ...claims }))).json()['Token'] as string;
      const headers = { authorization: `Bearer ${token}` };
      return (await ask(house.server.port, { path: '/api/user', headers })).json();
    };
    expect(await user({ sub: '2002', email: 'eve@acme.example' })).toMatchObject({
      id: 'corp/2002',
      email: 'eve@acme.example',
      organizations: [],
    });
    // A session is no token of the API (threat 12): whose it is can be asked, and gives nothing in the organization.
    expect(await user({})).toMatchObject({
      id: expect.stringMatching(/^usr_/),
      githubLogin: 'ada',
      organizations: [],
    });
  });
});
