import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPeopleHouse, type PeopleHouse } from '../support/people-house.ts';
import { ask } from '../support/request.ts';
import { startSurfing } from '../support/surfer.ts';

/**
 * Programs that were made for another server of this kind, as they call: in their order, with their headers, and looking
 * at what they look at. Their people sign in in a browser of their own.
 */
let house: PeopleHouse;

beforeAll(async () => {
  house = await startPeopleHouse();
});

afterAll(() => house.dispose());

const hostOf = (name: string): string => `${name}.localhost:${house.port}`;

const call = (name: string, path: string, headers: Readonly<Record<string, string>> = {}) =>
  ask(house.port, { host: hostOf(name), path, headers });

/** Listens as a program does, opens what it was given, and reads what its person brings back. */
async function listen(login: (redirectUri: string) => Promise<string>, path: string): Promise<string> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const brought = new Promise<string>((resolve) => {
    server.on('request', (incoming, outgoing) => {
      outgoing.end('You may close this window.');
      resolve(new URL(incoming.url ?? '', 'http://localhost').searchParams.get('pomerium_jwt') ?? '');
    });
  });
  const { port } = server.address() as AddressInfo;
  const address = await login(`http://127.0.0.1:${port}${path}`);
  expect(address).toMatch(/^https?:\/\//);
  const page = await house.signIn(startSurfing(), address, 'ada');
  expect(page.text).toBe('You may close this window.');
  server.close();
  return brought;
}

const loginAt =
  (name: string, headers: Readonly<Record<string, string>> = {}) =>
  async (uri: string) => {
    const path = `/.pomerium/api/v1/login?pomerium_redirect_uri=${encodeURIComponent(uri)}`;
    const reply = await call(name, path, headers);
    expect([reply.status, reply.headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
    return reply.text;
  };

describe('a command line that keeps a value and asks whether it is still good', () => {
  it('signs in, works, lists what it can reach, and is told when the value is over', async () => {
    const jwt = await listen(loginAt('orders', { accept: 'application/json' }), '');
    const probe = await call('orders', '/healthz', {
      accept: 'application/json',
      authorization: `Bearer Pomerium-${jwt}`,
    });
    expect(probe.status).toBe(200);
    const answer = await call('orders', '/x', { authorization: `Pomerium ${jwt}` });
    expect(answer.json()).toMatchObject({ url: '/x' });
    const routes = await call('orders', '/.pomerium/api/v1/routes', {
      authorization: `Bearer Pomerium-${jwt}`,
    });
    expect(routes.json()).toEqual({
      routes: ['orders', 'billing', 'shared', 'chosen', 'open'].map((name) => ({
        id: expect.stringMatching(/^rte_/),
        name,
        type: 'http',
        from: house.at(name, ''),
        description: '',
      })),
    });
    const dead = await call('orders', '/x', {
      authorization: `Pomerium ${jwt}x`,
      accept: 'application/json',
    });
    expect([dead.status, dead.headers.location]).toEqual([401, undefined]);
  });

  it('has a value that parses, says until when it is good, and for which host', async () => {
    const jwt = await listen(loginAt('orders'), '');
    const claims = decodeJwt(jwt);
    expect(decodeProtectedHeader(jwt)).toMatchObject({ alg: 'ES256', typ: 'session+jwt' });
    expect(claims).toMatchObject({ aud: 'orders.localhost', iss: house.service });
    const lifetime = Number(claims.exp) - Math.floor(Date.now() / 1000);
    expect(lifetime).toBeGreaterThan(13 * 3600);
    expect(lifetime).toBeLessThanOrEqual(14 * 3600);
  });

  it('has a value that opens one host, and no other, nor the API', async () => {
    const jwt = await listen(loginAt('orders'), '');
    const other = await call('billing', '/', { authorization: `Pomerium ${jwt}` });
    expect([other.status, other.json()['code']]).toEqual([401, 'credential.audience']);
    const api = await ask(house.port, {
      host: `localhost:${house.port}`,
      path: '/api/user',
      headers: { authorization: `Bearer ${jwt}` },
    });
    expect(api.status).toBe(401);
    // The keys that verify it are published to nobody.
    const keys = await ask(house.port, { host: `localhost:${house.port}`, path: '/.well-known/jwks.json' });
    expect(keys.text).not.toContain(String(decodeProtectedHeader(jwt).kid));
  });
});

describe('a client that signs in when it is led to sign-in, and at no other refusal', () => {
  it('asks for the address, listens at a path that nobody guesses, and sends what it got', async () => {
    const jwt = await listen(loginAt('orders'), '/auth/5f0c1b');
    expect((await call('orders', '/', { authorization: `Pomerium ${jwt}` })).status).toBe(200);
  });

  it('reads a redirect to sign-in from where it shows nothing, and needs an end in the value', async () => {
    const empty = await call('orders', '/x', { authorization: 'Pomerium ', accept: '*/*' });
    expect([empty.status, empty.headers.location]).toEqual([
      302,
      expect.stringContaining(`${house.service}/.pomerium/sign_in?`),
    ]);
    const jwt = await listen(loginAt('orders'), '/');
    expect(decodeJwt(jwt).exp).toEqual(expect.any(Number));
    expect((await call('orders', '/x', { authorization: `Pomerium ${jwt}` })).status).toBe(200);
  });
});

describe('a page of an application that asks who is there', () => {
  it('reads it, and leads to sign-out', async () => {
    const browser = startSurfing();
    await house.signIn(browser, house.at('orders'), 'ada');
    const user = await browser.fetch(house.at('orders', '/.pomerium/user'));
    expect(JSON.parse(user.text)).toMatchObject({
      email: 'ada@acme.example',
      idp_sub: 'ada',
      groups: ['staff'],
    });
    expect((await call('orders', '/.pomerium/user')).status).toBe(401);
    expect((await browser.open(house.at('orders', '/.pomerium/sign_out'))).text).toContain(
      'Sign out everywhere',
    );
  });
});
