import { Agent, request } from 'node:http';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dial, head } from '../attack/raw-socket.ts';
import type { ProxyProgram } from '../support/front-proxy.ts';
import { ask } from '../support/request.ts';
import { withstandsAttacks } from './front-attacks.ts';
import { CLIENT, clientOf, type FrontClient } from './front-client.ts';
import { startFront, type Front } from './front.ts';

/**
 * What has to hold behind every proxy that `render` configures. Called inside a `describe`. `kinds`: what is rendered,
 * in the order in which the program is given it.
 */
export function behavesAsAFront(kinds: readonly string[], program: ProxyProgram): void {
  let front: Front;
  let client: FrontClient;

  beforeAll(async () => {
    front = await startFront(kinds, program);
    client = await clientOf(front);
  });
  afterAll(() => front?.dispose());

  it('is rendered without a warning', () => expect(front.warnings).toBe(''));

  it('forwards what may pass as it came, with who is asking and without the token', async () => {
    const reply = await client.send('orders', { path: '/a/b?x=1&y=%2F', headers: client.bearer });
    expect(reply.status).toBe(200);
    expect(client.seen()).toMatchObject({ method: 'GET', url: '/a/b?x=1&y=%2F' });
    expect(JSON.stringify(client.seen())).not.toContain(client.token);
    expect(client.seen()?.headers['authorization'] ?? '').toBe('');
    expect(client.seen()?.headers).toMatchObject({
      'x-repository': 'acme/shop',
      'x-forwarded-for': CLIENT,
      'x-forwarded-proto': 'http',
      'x-forwarded-host': `orders.localhost:${front.port}`,
    });
  });

  it('has assertions that verify with the keys that the host of the route publishes', async () => {
    await client.send('orders', { headers: client.bearer });
    const assertion = String(client.seen()?.headers['x-pomerium-jwt-assertion']);
    const keys = await client.send('orders', { path: '/.well-known/pomerium/jwks.json' });
    const { payload } = await jwtVerify(
      assertion,
      createLocalJWKSet(keys.json() as unknown as JSONWebKeySet),
      {
        issuer: 'orders.localhost',
        audience: 'orders.localhost',
      },
    );
    expect(payload).toMatchObject({ sub: 'team:acme/platform', org: 'acme' });
  });

  it('asks with the address of the client', async () => {
    await client.send('orders', {
      path: '/address',
      headers: { authorization: `Bearer ${await client.tokenOf('build', 'organization')}` },
    });
    await expect.poll(() => client.logged('policy.refused')).toMatchObject({ remote_address: CLIENT });
  });

  it.each([
    ['nothing', () => ({}), 401, undefined],
    ['a token that is none', () => ({ authorization: `Bearer cst_${'a'.repeat(38)}` }), 401, 'invalid_token'],
    ['a foreign token', () => ({ authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' }), 401, 'invalid_token'],
  ])('refuses who brings %s, and the upstream hears nothing', async (_name, headers, status, error) => {
    const before = client.counts();
    const reply = await client.send('orders', { headers: headers() });
    expect(reply.status).toBe(status);
    expect(reply.headers['www-authenticate']).toContain('realm="orders.localhost"');
    expect(String(reply.headers['www-authenticate']).includes('error=')).toBe(error !== undefined);
    expect(reply.headers['location']).toBeUndefined();
    expect(client.counts()).toEqual(before);
  });

  it('refuses whom the policy refuses, with the id of the decision', async () => {
    const before = client.counts();
    const other = await client.tokenOf('build', 'organization');
    const reply = await client.send('orders', { headers: { authorization: `Bearer ${other}` } });
    expect([reply.status, reply.headers['x-request-id']]).toEqual([403, expect.stringMatching(/^dec_/)]);
    expect(client.counts()).toEqual(before);
  });

  it('refuses a token from the second on in which it has expired', async () => {
    const short = await client.tokenOf('deploy', 'team', 'team:platform', 1);
    const statuses = new Set<number>();
    while (!statuses.has(401)) {
      statuses.add((await client.send('orders', { headers: { authorization: `Bearer ${short}` } })).status);
    }
    expect([...statuses].filter((status) => status !== 200)).toEqual([401]);
  });

  it('takes bodies by length and in chunks, after the decision, on connections that are kept', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const post = (body: readonly string[], headers: Record<string, string>): Promise<number> =>
      new Promise((resolve, reject) => {
        const outgoing = request(
          {
            agent,
            host: '127.0.0.1',
            port: front.port,
            method: 'POST',
            path: '/body',
            headers: { host: `orders.localhost:${front.port}`, ...headers },
          },
          (incoming) => incoming.resume().on('end', () => resolve(incoming.statusCode ?? 0)),
        );
        outgoing.on('error', reject);
        for (const part of body) outgoing.write(part);
        outgoing.end();
      });
    // More than the megabyte that nginx takes where nothing is said, a question about a request included.
    const parts = ['first ', 'second ', 'x'.repeat(2_000_000)];
    for (const headers of [
      client.bearer,
      { ...client.bearer, 'content-length': String(parts.join('').length) },
    ]) {
      expect(await post(parts, headers)).toBe(200);
      expect(client.seen()?.body).toBe(parts.join(''));
    }
    // What is refused must not leave its body behind, to be read as the next request.
    const before = client.counts();
    expect(await post(['GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'], {})).toBe(401);
    expect(client.counts()).toEqual(before);
    expect(await post(['after'], client.bearer)).toBe(200);
    expect([client.seen()?.url, client.seen()?.body]).toEqual(['/body', 'after']);
    agent.destroy();
  });

  it('serves the service itself on its own host', async () => {
    const reply = await ask(front.port, { path: '/.well-known/jwks.json', host: `localhost:${front.port}` });
    expect([reply.status, Array.isArray(reply.json()['keys'])]).toEqual([200, true]);
  });

  it('leaves a foreign Authorization to a public route, and never one of ours', async () => {
    await client.send('open', { headers: { authorization: 'Basic Zm9yZWlnbg==' } });
    expect(client.seen()?.headers['authorization']).toBe('Basic Zm9yZWlnbg==');
    expect((await client.send('open', { headers: client.bearer })).status).toBe(200);
    expect(JSON.stringify(client.seen())).not.toContain(client.token);
    expect(
      (await client.send('open', { headers: { 'x-pomerium-authorization': client.token } })).status,
    ).toBe(200);
    expect(JSON.stringify(client.seen())).not.toContain(client.token);
  });

  it('switches to WebSocket where the route allows it, and nowhere else', async () => {
    const handshake = (name: string, key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==') =>
      head(
        'GET /socket HTTP/1.1',
        `Host: ${name}.localhost:${front.port}`,
        `Authorization: Bearer ${client.token}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        key,
      );
    const live = await dial(front.port);
    live.write(handshake('live'));
    expect(await live.until(/identified: \w+\n/)).toMatch(/^HTTP\/1\.1 101 [^]*identified: true\n/);
    live.write('ping');
    expect(await live.until(/ping$/)).toMatch(/ping$/);
    live.socket.destroy();
    for (const name of ['orders', 'open']) {
      const refused = await dial(front.port);
      refused.write(handshake(name));
      expect(await refused.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 403 /);
      refused.socket.destroy();
      const keyless = await dial(front.port);
      keyless.write(handshake(name, 'X-No-Key: 1'));
      expect(await keyless.until(/\r\n\r\n/)).not.toMatch(/^HTTP\/1\.1 101 /);
      keyless.socket.destroy();
    }
  });

  withstandsAttacks(() => ({ front, client }));
}
