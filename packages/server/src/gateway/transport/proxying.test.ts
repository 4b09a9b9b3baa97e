import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { ALICE, upstreamAt, value } from '../testing/fixture.ts';
import { bytesOf, readUntil, startRig, type Rig, type RigOptions } from '../testing/rig.ts';

let rig: Rig;
const start = async (options?: RigOptions): Promise<Rig> => (rig = await startRig(options));
afterEach(() => rig.close());

const AUTH = `Authorization: Bearer ${ALICE}`;

describe('a proxied request', () => {
  it('reaches the upstream without the token and with our assertion', async () => {
    const { send, seen, passed } = await start();
    const answer = await send(bytesOf('GET /a?b=c', [AUTH, 'X-Own: kept', 'X-Own: twice']));
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('from upstream');
    expect(answer).toContain(`x-request-id: ${passed[0]?.id}`);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'GET', url: '/a?b=c' });
    expect(seen[0]?.rawHeaders.filter((name) => name === 'X-Own')).toHaveLength(2);
    expect(seen[0]?.headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'app.example',
      'x-request-id': passed[0]?.id,
      'x-pomerium-jwt-assertion': expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    });
    expect(seen[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    [`X-Pomerium-Authorization: ${ALICE}`, undefined],
    [`X-Pomerium-Authorization: ${ALICE}\r\nAuthorization: Bearer foreign`, 'Bearer foreign'],
    [`X-Pomerium-Authorization: ${ALICE}\r\nAuthorization: token ${ALICE}`, undefined],
    [`Authorization: Basic ${Buffer.from(`x:${ALICE}`).toString('base64')}`, undefined],
  ])('carries exactly what is not ours: %s', async (lines, authorization) => {
    const { send, seen } = await start();
    expect(await send(bytesOf('GET /', [lines]))).toContain('200 OK');
    expect(seen[0]?.headers.authorization).toBe(authorization);
    expect(JSON.stringify(seen[0]?.rawHeaders)).not.toContain(ALICE);
  });

  it('keeps a foreign Authorization on a public route', async () => {
    const { send, seen } = await start({ access: { public: true } });
    await send(bytesOf('GET /', ['Authorization: Bearer foreign']));
    expect(seen[0]?.headers.authorization).toBe('Bearer foreign');
    expect(seen[0]?.headers).not.toHaveProperty('x-pomerium-jwt-assertion');
  });

  it('has no identity where the route passes none', async () => {
    const { send, seen } = await start({ route: { passIdentityHeaders: false } });
    await send(bytesOf('GET /', [AUTH]));
    expect(seen[0]?.headers).not.toHaveProperty('x-pomerium-jwt-assertion');
  });

  it('loses our session cookie and the session in the query, and keeps the rest', async () => {
    const { send, seen } = await start();
    await send(
      bytesOf('GET /?a=1&pomerium_session=x&b=2', [AUTH, 'Cookie: a=1; __Host-_countersign=s; b=2']),
    );
    expect(seen[0]).toMatchObject({ url: '/?a=1&b=2', headers: { cookie: 'a=1; b=2' } });
  });

  it('is refused without ever touching the upstream', async () => {
    const { send, seen, unverified } = await start();
    const answer = await send(bytesOf('GET /'));
    expect(answer).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
    expect(answer).toContain('www-authenticate: Bearer realm="app.example"\r\n');
    expect(answer).toContain('content-type: application/problem+json');
    expect(answer).toContain(`x-request-id: ${unverified[0]?.id}`);
    expect(await send(bytesOf('GET /', [`Authorization: Bearer ${value('x')}`]))).toContain(
      'error="invalid_token"',
    );
    expect(await send(bytesOf('GET /a/%2e%2e/b', [AUTH]))).toMatch(/^HTTP\/1\.1 400 /);
    expect(seen).toHaveLength(0);
  });

  it('is refused on a connection that stays open for the next one', async () => {
    const { dial } = await start();
    const socket = await dial();
    socket.write('GET / HTTP/1.1\r\nHost: app.example\r\n\r\n');
    expect(await readUntil(socket, /decision_id/)).not.toContain('connection: close');
    socket.write(`GET / HTTP/1.1\r\nHost: app.example\r\n${AUTH}\r\n\r\n`);
    expect(await readUntil(socket, /from upstream/)).toContain('200 OK');
  });

  it('leaves no trace of the token in what is recorded and logged', async () => {
    const { send, passed, refused, unverified, log, presented } = await start({
      route: { upstream: upstreamAt(9) },
    });
    await send(bytesOf('GET /', [AUTH]));
    presented.set(ALICE, { state: 'expired' });
    await send(bytesOf('GET /', [AUTH]));
    expect([passed.length, unverified.length, log.length]).toEqual([1, 1, 1]);
    expect(JSON.stringify([passed, refused, unverified, log])).not.toContain(ALICE);
  });

  it('answers a fault of ours with a 500 and an id, and nothing of the fault', async () => {
    const { send, deps, log } = await start();
    Object.assign(deps.clock, {
      now: () => {
        throw new Error('the clock is broken');
      },
    });
    const answer = await send(bytesOf('GET /', [AUTH]));
    expect(answer).toMatch(/^HTTP\/1\.1 500 /);
    expect(answer).not.toContain('clock');
    expect(log).toMatchObject([{ message: 'gateway failed', fields: { error: 'the clock is broken' } }]);
  });
});

describe('what was decided on', () => {
  it('is what the upstream sees, for any target', async () => {
    const { port, seen } = await start({ route: { prefix: '/in' } });
    const piece = fc.constantFrom(
      '/',
      'a',
      'in',
      '.',
      '..',
      '%2e',
      '%2F',
      '%41',
      '%7e',
      ';',
      '//',
      '?',
      'x=1',
      '%25',
      '%c3%a9',
      '\\',
      '%00',
    );
    let passed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
        seen.length = 0;
        const path = `/in${pieces.join('')}`;
        const status = await statusOf(port, path);
        if (status !== 200) {
          expect(seen).toHaveLength(0);
          return;
        }
        passed += 1;
        const url = seen[0]?.url ?? '';
        expect(url).toMatch(/^\/in(?:[/?]|$)/);
        expect(decodeURIComponent(url.split('?')[0] ?? '')).toBe(
          decodeURIComponent(path.split('?')[0] ?? ''),
        );
        expect(url.split('?')[0]).not.toMatch(/\/\.{1,2}(\/|$)|\/\/|;|\\|%2f|%2e|%5c|%25|%00/i);
      }),
      { numRuns: 150 },
    );
    expect(passed).toBeGreaterThan(10);
  });
});

describe('identity headers that came', () => {
  it('never reach the upstream, whatever their spelling', async () => {
    const { port, seen } = await start({
      access: { public: true },
      route: { claimHeaders: [{ header: 'x-email', claim: 'email' }] },
    });
    const names = [
      'X-Pomerium-Jwt-Assertion',
      'X-Pomerium-Claim-Email',
      'X-Email',
      'X-Forwarded-For',
      'X-Real-IP',
      'Forwarded',
      'X-Pomerium-Anything',
    ];
    const spelled = fc
      .tuple(fc.constantFrom(...names), fc.array(fc.boolean()), fc.constantFrom('-', '_', '.'))
      .map(([name, upper, joint]) =>
        name
          .split('')
          .map((c, at) => (upper[at % (upper.length || 1)] ? c.toUpperCase() : c.toLowerCase()))
          .join('')
          .replaceAll('-', joint),
      );
    await fc.assert(
      fc.asyncProperty(spelled, fc.boolean(), async (name, named) => {
        seen.length = 0;
        await statusOf(port, '/', { [name]: 'forged', ...(named && { Connection: `close, ${name}` }) });
        expect(JSON.stringify(seen[0]?.rawHeaders)).not.toContain('forged');
        expect(seen[0]?.headers['x-forwarded-for']).toBe('127.0.0.1');
      }),
      { numRuns: 100 },
    );
  });

  it('named in Connection do not take away what we set', async () => {
    const { send, seen } = await start();
    const named = 'Connection: X-Pomerium-Jwt-Assertion, X-Forwarded-For, X-Request-Id';
    await send(`GET / HTTP/1.1\r\nHost: app.example\r\n${AUTH}\r\n${named}, close\r\n\r\n`);
    expect(seen[0]?.headers).toHaveProperty('x-pomerium-jwt-assertion');
    expect(seen[0]?.headers['x-forwarded-for']).toBe('127.0.0.1');
  });
});

async function statusOf(port: number, path: string, headers: Record<string, string> = {}): Promise<number> {
  const authorized = {
    Host: 'app.example',
    'X-Pomerium-Authorization': ALICE,
    ...headers,
  };
  const asked = request({ port, host: '127.0.0.1', path, headers: authorized, agent: false }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'close');
  return answer.statusCode ?? 0;
}
