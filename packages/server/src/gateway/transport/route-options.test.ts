import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { canonicalTarget, type Route } from '@countersign/core';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { ALICE } from '../testing/fixture.ts';
import { bytesOf, readAll, readUntil, startRig, type Rig, type RigOptions } from '../testing/rig.ts';

/** What the keys of routes make of a request on the wire. */

let rig: Rig;
const start = async (options?: RigOptions): Promise<Rig> => (rig = await startRig(options));
afterEach(() => rig.close());

const AUTH = `Authorization: Bearer ${ALICE}`;

describe('rewriting', () => {
  const IN = {
    policy: { allow: { and: [{ authenticated_user: true }, { http_path: { starts_with: '/in/' } }] } },
  };

  it('shows the upstream exactly what was decided on, under its new prefix', async () => {
    const { port, seen } = await start({
      access: IN,
      route: { access: 'policy', prefix: '/in', rewriting: { prefix: '/out/v1' } },
    });
    const piece = fc.constantFrom(
      'a',
      'in',
      '..',
      '.',
      '%2e%2e',
      '%2F',
      '//',
      '/',
      ';x',
      '%61',
      '%c3%a9',
      '?',
      '&q=/in/',
      '%25',
    );
    const targets = fc.array(piece, { maxLength: 6 }).map((pieces) => `/in/${pieces.join('')}`);
    let forwarded = 0;
    await fc.assert(
      fc.asyncProperty(targets, async (target) => {
        seen.length = 0;
        const status = await statusOf(port, target);
        const canonical = canonicalTarget(target);
        if (!canonical.ok) {
          expect([status, seen.length]).toEqual([400, 0]);
          return;
        }
        forwarded += 1;
        expect(status).toBe(200);
        const { url = '' } = seen[0] ?? {};
        expect(url).toBe(`/out/v1${canonical.value.target.slice('/in'.length)}`);
        // What the upstream reads has one reading as well.
        expect(canonicalTarget(url)).toMatchObject({ ok: true, value: { target: url } });
      }),
      { numRuns: 150 },
    );
    expect(forwarded).toBeGreaterThan(10);
  });

  it('of the host is seen as Host, and the one that was asked for as X-Forwarded-Host', async () => {
    const { send, seen } = await start({ route: { rewriting: { host: 'inner.example:81' } } });
    await send(bytesOf('GET /', [AUTH]));
    expect(seen[0]?.headers).toMatchObject({ host: 'inner.example:81', 'x-forwarded-host': 'app.example' });
    expect(seen[0]?.rawHeaders.filter((name) => name.toLowerCase() === 'host')).toHaveLength(1);
  });

  it('of nothing leaves the Host of the upstream', async () => {
    const { send, seen, upstream } = await start();
    await send(bytesOf('GET /', [AUTH]));
    const { port } = upstream.address() as { port: number };
    expect(seen[0]?.headers.host).toBe(`127.0.0.1:${port}`);
  });
});

describe('headers of the file', () => {
  it('are set and removed in every spelling of what came, and none of ours is touched', async () => {
    const { send, seen } = await start({
      route: {
        headerOperations: {
          setRequest: { 'X-Tier': 'gold', Authorization: 'Basic up' },
          removeRequest: ['X-Debug'],
        },
      },
    });
    await send(
      bytesOf('GET /', [AUTH, 'X_Tier: forged', 'x-tier: forged', 'X.Debug: 1', 'X-Debug: 1', 'X-Own: kept']),
    );
    expect(seen[0]?.headers).toMatchObject({
      'x-tier': 'gold',
      authorization: 'Basic up',
      'x-own': 'kept',
      'x-pomerium-jwt-assertion': expect.any(String),
    });
    expect(JSON.stringify(seen[0]?.rawHeaders)).not.toMatch(/forged|debug/i);
    expect(JSON.stringify(seen[0]?.rawHeaders)).not.toContain(ALICE);
  });

  it('take the place of those of the answer', async () => {
    const { send } = await start({
      route: {
        headerOperations: { setResponse: { 'Strict-Transport-Security': 'max-age=1', Server: 'us' } },
      },
      upstream: (_incoming, outgoing) =>
        outgoing.writeHead(200, { server: 'them', 'x-own': 'kept' }).end('ok'),
    });
    const answer = await send(bytesOf('GET /', [AUTH]));
    expect(answer).toContain('\r\nStrict-Transport-Security: max-age=1\r\n');
    expect(answer).toContain('\r\nServer: us\r\n');
    expect(answer).toContain('\r\nx-own: kept\r\n');
    expect(answer).not.toContain('them');
    // A refusal is ours, and is not dressed up as the upstream's.
    expect(await send(bytesOf('GET /'))).not.toContain('Server: us');
  });
});

describe('an answer of the route itself', () => {
  const answering = (status: number, body: string): Partial<Route> => ({
    answers: () => ({ status, headers: [['Content-Type', 'text/plain']], body }),
  });

  it('is given to whoever may pass, with a length and an id', async () => {
    const { port, send, passed } = await startWithout(answering(418, 'tea ☕'));
    const answer = await send(bytesOf('GET /', [AUTH]));
    expect(answer).toMatch(/^HTTP\/1\.1 418 /);
    expect(answer).toContain('\r\nContent-Length: 7\r\n');
    expect(answer).toContain(`\r\nX-Request-Id: ${passed[0]?.id}\r\n`);
    expect(await send(bytesOf('GET /'))).toMatch(/^HTTP\/1\.1 401 /);
    expect(await statusOf(port, '/a/../b')).toBe(400);
  });

  it('has no body for HEAD, and no length where there is no content', async () => {
    const { send } = await startWithout(answering(200, 'text'));
    expect(await send(bytesOf('HEAD /', [AUTH]))).toMatch(/Content-Length: 4\r\n[\s\S]*\r\n\r\n$/);
    await rig.close();
    const empty = await startWithout(answering(204, ''));
    expect(await empty.send(bytesOf('GET /', [AUTH]))).not.toMatch(/content-length/i);
  });

  it('leaves the connection to the next request, whatever body came', async () => {
    const { dial } = await startWithout(answering(200, 'first'));
    const socket = await dial();
    const post = `POST / HTTP/1.1\r\nHost: app.example\r\n${AUTH}\r\nContent-Length: 5\r\n\r\nhello`;
    socket.write(post);
    await readUntil(socket, /first/);
    socket.write(post);
    expect(await readUntil(socket, /first/)).toMatch(/^HTTP\/1\.1 200 /);
  });

  async function startWithout(over: Partial<Route>): Promise<Rig> {
    const started = await start({ route: over });
    const snapshot = started.deps.snapshot();
    for (const each of snapshot.routes) delete (each as { upstream?: unknown }).upstream;
    return started;
  }
});

describe('a Basic challenge', () => {
  it('is what a program is told that brings nothing', async () => {
    const { send } = await start({ route: { basicChallenge: true } });
    expect(await send(bytesOf('GET /'))).toContain(
      '\r\nwww-authenticate: Basic realm="app.example", Bearer realm="app.example"\r\n',
    );
    const basic = `Authorization: Basic ${Buffer.from(`git:${ALICE}`).toString('base64')}`;
    expect(await send(bytesOf('GET /', [basic]))).toContain('from upstream');
  });
});

describe('silence after the head', () => {
  it('ends the connection where the route limits it, and half an answer is no whole one', async () => {
    const { dial } = await start({
      route: { idleTimeout: 80 },
      upstream: (_incoming, outgoing) =>
        void outgoing.writeHead(200, { 'content-length': '10' }).write('half'),
    });
    const socket = await dial();
    socket.write(bytesOf('GET /', [AUTH]));
    expect(await readAll(socket)).toMatch(/half$/);
  });

  it('ends a WebSocket as well', async () => {
    const { dial, upstream } = await start({ route: { idleTimeout: 80 } });
    upstream.on('upgrade', (_incoming, socket) => {
      socket.on('error', () => {}).on('end', () => socket.end());
      socket.resume();
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    });
    const socket = await dial();
    const key = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13';
    const upgrade = `Connection: Upgrade\r\nUpgrade: websocket\r\n${key}`;
    socket.write(`GET / HTTP/1.1\r\nHost: app.example\r\n${AUTH}\r\n${upgrade}\r\n\r\n`);
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 101 /);
  });

  it('does not count before the head, nor when an answer is over', async () => {
    const { dial } = await start({
      route: { idleTimeout: 40 },
      upstream: (_incoming, outgoing) => void setTimeout(() => outgoing.end('late'), 200),
    });
    const socket = await dial();
    const get = `GET / HTTP/1.1\r\nHost: app.example\r\n${AUTH}\r\n\r\n`;
    socket.write(get);
    await readUntil(socket, /late/);
    await new Promise((resolve) => void setTimeout(resolve, 200));
    socket.write(get);
    expect(await readUntil(socket, /late/)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

async function statusOf(port: number, path: string): Promise<number> {
  const headers = { Host: 'app.example', 'X-Pomerium-Authorization': ALICE };
  const asked = request({ port, host: '127.0.0.1', path, headers, agent: false }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'close');
  return answer.statusCode ?? 0;
}
