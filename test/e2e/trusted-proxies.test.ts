import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { ask, post, type Reply } from '../support/request.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { BUILD, smallHouse } from '../support/small-house.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';

/** `trusted_proxies`: whose word about the client counts, and nobody else's. All addresses are loopback's. */
let issuer: TestIssuer;
let upstream: TestUpstream;
let server: ServerProcess;
const PROXY = '127.0.0.2';
const STRANGER = '127.0.0.3';
const BURST = 10;

beforeAll(async () => {
  [issuer, upstream] = await Promise.all([startIssuer('ES256'), startUpstream()]);
  const from = 'http://open.localhost:${PORT}';
  const open = { name: 'open', from, to: upstream.url, allow_public_unauthenticated_access: true };
  const settings = {
    trusted_proxies: [PROXY],
    limits: { failures_per_second_per_address: 1 },
    routes: [open],
  };
  server = await startServerProcess(smallHouse(issuer.url, { policies: [BUILD], settings }));
});
afterAll(async () => {
  await server?.dispose();
  await Promise.all([issuer, upstream].map((part) => part?.close()));
});

const throughGateway = (from: string, headers: Readonly<Record<string, string>>): Promise<Reply> =>
  ask(server.port, { path: '/', host: 'open.localhost', from, headers });
const seen = () => upstream.seen.at(-1)?.headers;
const fail = (from: string, client: string): Promise<Reply> =>
  ask(server.port, {
    method: 'POST',
    path: '/api/oauth/token',
    from,
    headers: { 'content-type': 'application/json', 'x-forwarded-for': client },
    body: '{}',
  });

describe('what a trusted proxy says', () => {
  it('goes on to the upstream, with its own address behind', async () => {
    await throughGateway(PROXY, {
      'X-Forwarded-For': '203.0.113.5, 192.0.2.7',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'shop.example',
      'X-Forwarded-User': 'forged',
      'X-Real-IP': '203.0.113.5',
      Forwarded: 'for=203.0.113.5',
    });
    expect(seen()).toMatchObject({
      'x-forwarded-for': `192.0.2.7, ${PROXY}`,
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shop.example',
    });
    expect(JSON.stringify(seen())).not.toMatch(/203\.0\.113\.5|forged/);
  });

  it('is dropped when anybody else says it', async () => {
    await throughGateway(STRANGER, {
      'X-Forwarded-For': '192.0.2.7',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'shop.example',
      Forwarded: 'for=192.0.2.7',
    });
    expect(seen()).toMatchObject({
      'x-forwarded-for': STRANGER,
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'open.localhost',
    });
    expect(seen()?.['forwarded']).toBeUndefined();
  });

  it('is the address in records of decisions', async () => {
    await fail(PROXY, '192.0.2.8');
    await expect.poll(() => server.log.some((line) => line['remote_address'] === '192.0.2.8')).toBe(true);
  });
});

describe('the limit of failures', () => {
  it('counts clients behind a trusted proxy one by one', async () => {
    await Promise.all(Array.from({ length: BURST }, () => fail(PROXY, '192.0.2.9')));
    const [other, limited] = await Promise.all(
      ['192.0.2.10', '192.0.2.9'].map((client) => fail(PROXY, client)),
    );
    expect([other?.status, limited?.status]).toEqual([400, 429]);
  });

  it('is not escaped by whoever makes addresses up', async () => {
    const made = (last: number) => fail(STRANGER, `198.51.100.${last}`);
    await Promise.all(Array.from({ length: BURST }, (_, index) => made(index)));
    expect((await made(99)).status).toBe(429);
  });
});

describe('forward auth', () => {
  it('is answered to trusted proxies alone', async () => {
    const headers = {
      'X-Forwarded-Method': 'GET',
      'X-Forwarded-Host': 'open.localhost',
      'X-Forwarded-Uri': '/',
    };
    const asked = (from: string) => ask(server.port, { path: '/auth/forward', from, headers });
    expect((await asked(PROXY)).status).toBe(200);
    const refused = await asked(STRANGER);
    expect([refused.status, refused.json()]).toEqual([
      403,
      { error: 'this address is not among trusted_proxies' },
    ]);
  });

  it('leaves the paths of the other proxies to the hosts of routes', async () => {
    const before = upstream.seen.length;
    const reply = await ask(server.port, { path: '/auth/forward', host: 'open.localhost', from: PROXY });
    expect([reply.status, upstream.seen.length]).toEqual([200, before + 1]);
  });

  it('answers Envoy on the host that was asked for, and only what Envoy itself asks', async () => {
    const asked = (headers: Readonly<Record<string, string>>) =>
      ask(server.port, { path: '/auth/envoy/x', host: 'open.localhost', from: PROXY, headers });
    const before = upstream.seen.length;
    const check = await asked({ 'X-Countersign-Client': '192.0.2.7' });
    expect([check.status, check.headers['x-countersign-route'], upstream.seen.length]).toEqual([
      200,
      'open',
      before,
    ]);
    const forwarded = await asked({ 'X-Countersign-Client': '192.0.2.7', 'X-Forwarded-For': '192.0.2.7' });
    expect([forwarded.status, forwarded.headers['x-countersign-route'], upstream.seen.length]).toEqual([
      200,
      undefined,
      before + 1,
    ]);
  });

  it('reads no body, and asks for none', async () => {
    const reply = await post(server.port, '/auth/forward', { any: 'body' }, { expect: '100-continue' });
    expect(reply.status).toBe(403);
  });
});
