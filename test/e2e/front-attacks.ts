import { beforeAll, expect, it } from 'vitest';
import { dial, head } from '../attack/raw-socket.ts';
import { ask } from '../support/request.ts';
import { CLIENT, type FrontClient } from './front-client.ts';
import type { Front } from './front.ts';

/** What nobody may get past a proxy in front, by whatever it sends. Looked at where it would arrive: at the upstreams. */
export function withstandsAttacks(
  under: () => { readonly front: Front; readonly client: FrontClient },
): void {
  let front: Front;
  let client: FrontClient;

  beforeAll(() => {
    ({ front, client } = under());
  });

  it.each([
    'X-Pomerium-Jwt-Assertion',
    'x_pomerium_jwt_assertion',
    'X-Pomerium-Claim-Email',
    'X-Countersign-Route',
    'X-Repository',
    'X_Repository',
  ])('lets no client say who is asking: %s', async (header) => {
    for (const name of ['orders', 'open']) {
      const before = client.counts();
      const { status } = await client.send(name, { headers: { ...client.bearer, [header]: 'forged' } });
      // Refused, or without it: which of the two is the proxy's.
      expect([200, 403]).toContain(status);
      if (status === 403) expect(client.counts()).toEqual(before);
      else expect(JSON.stringify(client.seen())).not.toContain('forged');
    }
  });

  it.each([
    { 'X-Original-URL': 'http://open.localhost/', 'X-Original-Method': 'OPTIONS' },
    { 'X-Forwarded-Host': 'open.localhost', 'X-Forwarded-Uri': '/', 'X-Forwarded-Method': 'OPTIONS' },
    {
      'X-Forwarded-Host': 'open.localhost',
      'X-Original-Host': 'open.localhost',
      Forwarded: 'host=open.localhost',
    },
    { X_Original_URL: 'http://open.localhost/', 'X-Rewrite-Url': '/', 'X-HTTP-Method-Override': 'OPTIONS' },
  ])('is not told by a client what was asked for: %j', async (headers) => {
    const before = client.counts();
    expect((await client.send('orders', { headers })).status).toBeGreaterThanOrEqual(401);
    expect(
      (await client.send('orders', { path: '/admin', headers: { ...headers, ...client.bearer } })).status,
    ).toBe(403);
    expect(client.counts()).toEqual(before);
  });

  it('is not told by a client where it is', async () => {
    const headers = { 'X-Forwarded-For': '10.9.9.9', 'X-Real-IP': '10.9.9.9', Forwarded: 'for=10.9.9.9' };
    await client.send('open', { headers });
    expect(JSON.stringify(client.seen())).not.toContain('10.9.9.9');
    await client.send('orders', { headers });
    await expect.poll(() => client.logged('credential.missing')).toMatchObject({ remote_address: CLIENT });
    expect(JSON.stringify(front.server.log)).not.toContain('10.9.9.9');
  });

  it('keeps a connection header from taking away what was said of who is asking', async () => {
    await client.send('open', { headers: client.bearer });
    const before = client.counts();
    const reply = await client.send('orders', {
      headers: {
        ...client.bearer,
        connection: 'close, x-pomerium-jwt-assertion, x-repository, authorization',
      },
    });
    // An upstream that hears nothing of the caller has to refuse; one that hears something hears it from us.
    if (reply.status === 200) expect(JSON.stringify(client.seen())).not.toContain(client.token);
    else expect(client.counts()).toEqual(before);
  });

  it.each([
    '/admin',
    '/admin/',
    '/%61dmin',
    '/x/../admin',
    '/x/%2e%2e/admin',
    '/x/..%2fadmin',
    '//admin',
    '/x//admin/../../admin',
    '/./admin',
    '/admin;a=b',
    '/admin%3b',
    '/%2fadmin',
    '/x%2f..%2fadmin',
    '/x\\..\\admin',
    '/%5cadmin',
    '/%252fadmin',
    '/admin%00',
    '/admin%0a',
    '/admin?x',
    '/.pomerium/',
    '/.pomerium/check',
    '/%2epomerium/check',
  ])('never reaches an upstream with the path %s', async (path) => {
    const before = client.counts();
    const connection = await dial(front.port);
    const lines = [
      `Host: orders.localhost:${front.port}`,
      `Authorization: Bearer ${client.token}`,
      'Connection: close',
    ];
    connection.write(head(`GET ${path} HTTP/1.1`, ...lines));
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(await connection.closed())?.[1]);
    expect([400, 403, 404]).toContain(status);
    expect(client.counts()).toEqual(before);
  });

  it.each(['/a/b', '/caf%c3%a9', '/a%20b?c=d%2F..%2F', '/a?b=/../admin', '/adminx', '/a?redirect=0'])(
    'reaches the upstream with the path %s as it was decided on',
    async (path) => {
      expect((await client.send('orders', { path, headers: client.bearer })).status).toBe(200);
      expect(client.seen()?.url).toBe(path);
    },
  );

  it('reads no fragment out of a path, or reads it as everybody behind it', async () => {
    const before = client.counts();
    const connection = await dial(front.port);
    const lines = [
      `Host: orders.localhost:${front.port}`,
      `Authorization: Bearer ${client.token}`,
      'Connection: close',
    ];
    connection.write(head('GET /admin#x HTTP/1.1', ...lines));
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(await connection.closed())?.[1]);
    if (status === 200) expect(client.seen()?.url).toBe('/admin%23x');
    else expect(client.counts()).toEqual(before);
    expect(front.forbidden.seen).toHaveLength(0);
  });

  it.each([
    ['a line that names another host', 'GET http://open.localhost/ HTTP/1.1', 'orders'],
    ['a Host that names another one', 'GET http://orders.localhost/ HTTP/1.1', 'open'],
  ])('decides on the host whose upstream it asks: %s', async (_name, line, host) => {
    const connection = await dial(front.port);
    const before = front.upstream.seen.length;
    connection.write(head(line, `Host: ${host}.localhost:${front.port}`, 'Connection: close'));
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(await connection.closed())?.[1]);
    // Public or protected: as the host says that the upstream is told of.
    if (status === 200) expect(client.seen()?.headers['x-forwarded-host']).toContain('open.localhost');
    else expect(front.upstream.seen).toHaveLength(before);
  });

  it('forwards for no host that is not its own', async () => {
    const before = client.counts();
    for (const host of ['evil.example', `evil.example:${front.port}`, '127.0.0.1']) {
      await client.send('orders', { host, headers: client.bearer });
      const keys = await ask(front.port, { path: '/.well-known/jwks.json', host });
      expect(keys.text).not.toContain('"keys"');
    }
    expect(client.counts()).toEqual(before);
  });

  it('sends nothing back that was meant for an upstream', async () => {
    const before = client.counts();
    const connection = await dial(front.port);
    const lines = [
      `Host: orders.localhost:${front.port}`,
      `Authorization: Bearer ${client.token}`,
      'Connection: close',
    ];
    connection.write(head('TRACE / HTTP/1.1', ...lines));
    expect(await connection.closed()).not.toMatch(/jwt-assertion: ey/i);
    expect(client.counts()).toEqual(before);
    for (const path of [
      '/auth/nginx',
      '/auth/forward',
      '//auth/forward',
      '/%61uth/forward',
      '/auth/envoy/',
    ]) {
      const reply = await ask(front.port, {
        path,
        host: `localhost:${front.port}`,
        from: CLIENT,
        headers: {
          ...client.bearer,
          'X-Forwarded-Method': 'GET',
          'X-Forwarded-Host': 'orders.localhost',
          'X-Forwarded-Uri': '/',
        },
      });
      expect([path, reply.status, reply.headers['x-pomerium-jwt-assertion']]).toEqual([path, 404, undefined]);
    }
  });

  it('lets nobody in when the server does not answer', async () => {
    await front.server.stop('SIGKILL');
    const before = client.counts();
    expect((await client.send('orders', { headers: client.bearer })).status).toBeGreaterThanOrEqual(500);
    expect((await client.send('open')).status).toBeGreaterThanOrEqual(500);
    expect(client.counts()).toEqual(before);
    await front.server.start();
  });
}
