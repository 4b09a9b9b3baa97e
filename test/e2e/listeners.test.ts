import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ADMIN_TOKEN } from './house.ts';
import { authority, client, startTlsHouse, type Asked, type TlsHouse } from './tls-house.ts';

/** The ways in, as a stranger finds them: what is where, whose pages may read it, and what a reload cannot change. */

let house: TlsHouse;
beforeAll(async () => {
  house = await startTlsHouse();
});
afterAll(() => house.dispose());

const ask = (options?: Asked) => house.ask(options);
const status = (options: Asked) => house.status(options);

describe('the API on an address of its own', () => {
  const authorization = `token ${ADMIN_TOKEN}`;

  it('is not on the public listener, under any spelling', async () => {
    for (const path of [
      '/api/orgs',
      '//api/orgs',
      '/api/user',
      '/api/console/',
      '/api/keys',
      '/api/orgs/acme',
    ])
      expect(await status({ path, headers: { authorization } })).toBe(404);
    expect(
      await status({
        path: '/api/orgs',
        method: 'OPTIONS',
        headers: { origin: 'https://app.example', 'access-control-request-method': 'GET' },
      }),
    ).toBe(404);
  });

  it('leaves there what everybody needs', async () => {
    const answers = {
      '/.well-known/jwks.json': 200,
      '/.well-known/oauth-authorization-server': 200,
      '/openapi.json': 200,
      '/api/oauth/audience?org=acme': 200,
      '/api/oauth/token': 405,
      '/auth/nginx': 403,
      '/healthz': 200,
    };
    const found = await Promise.all(Object.keys(answers).map(async (path) => [path, await status({ path })]));
    expect(Object.fromEntries(found)).toEqual(answers);
  });

  it('answers there, over the same TLS, and nothing else', async () => {
    const port = house.apiPort();
    const orgs = await ask({ port, path: '/api/orgs', headers: { authorization } });
    expect([orgs.status, JSON.parse(orgs.text)]).toMatchObject([200, {}]);
    expect(await status({ port, path: '/openapi.json' })).toBe(200);
    expect(await status({ port, path: '/readyz' })).toBe(200);
    for (const path of [
      '/api/oauth/token',
      '/api/v1/token',
      '/api/oauth/introspect',
      '/.well-known/jwks.json',
      '/auth/nginx',
      '/',
    ])
      expect(await status({ port, path, headers: { authorization } })).toBe(404);
  });

  it('answers to names that nobody else can give it', async () => {
    const port = house.apiPort();
    const asked = (to: string) => status({ port, to, path: '/api/orgs', headers: { authorization } });
    expect(await asked('localhost')).toBe(200);
    expect(await asked(`127.0.0.1:${port}`)).toBe(200);
    expect(await asked(`[::1]:${port}`)).toBe(200);
    expect(await asked('rebound.evil.example')).toBe(404);
    expect(await asked(house.deploy)).toBe(404);
    expect(await asked('127.0.0.1.evil.example')).toBe(404);
    expect(await asked('a b')).toBe(400);
  });

  it('takes no upgrade', async () => {
    const options = { ca: authority.cert, servername: 'localhost', headers: {} };
    const socket = new WebSocket(`wss://127.0.0.1:${house.apiPort()}/api/orgs`, options);
    const [fault] = (await once(socket, 'error')) as [Error];
    expect(fault.message).toContain('400');
  });
});

describe('pages of other origins', () => {
  const preflight = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type',
  };
  const origins = (headers: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => /^access-control|^vary/.test(name)));

  it('may ask for a token where they are listed', async () => {
    const headers = { origin: 'https://app.example' };
    const asked = await ask({
      method: 'OPTIONS',
      path: '/api/oauth/token',
      headers: { ...headers, ...preflight },
    });
    expect([asked.status, asked.text]).toEqual([204, '']);
    const refused = await ask({ method: 'POST', path: '/api/oauth/token', headers });
    expect(refused.status).toBe(400);
    expect(origins(refused.headers)).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      vary: 'Origin',
    });
  });

  it('learn nothing where they are not', async () => {
    const headers = { origin: 'https://evil.example' };
    const asked = await ask({
      method: 'OPTIONS',
      path: '/api/oauth/token',
      headers: { ...headers, ...preflight },
    });
    expect([asked.status, origins(asked.headers)]).toEqual([405, { vary: 'Origin' }]);
    expect(origins((await ask({ path: '/auth/nginx', headers })).headers)).toEqual({});
    expect(origins((await ask({ to: house.deploy, path: '/', headers })).headers)).toEqual({});
  });

  it('may read keys and descriptions, without credentials', async () => {
    const headers = { origin: 'https://evil.example', cookie: '_countersign=x' };
    for (const [to, path] of [
      [undefined, '/.well-known/jwks.json'],
      [undefined, '/openapi.json'],
      [house.deploy, '/.well-known/pomerium/jwks.json'],
    ] as const) {
      const { headers: said } = await ask({ path, headers, ...(to === undefined ? {} : { to }) });
      expect(said).toMatchObject({ 'access-control-allow-origin': '*' });
      expect(said).not.toHaveProperty('access-control-allow-credentials');
    }
  });
});

describe('what is settled when a listener opens', () => {
  it('is said to need a restart, and stays', async () => {
    const file = join(house.server.folder, 'countersign.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(
      file,
      text
        .replace(/^ {2}client_ca: .*\n/m, '')
        .replace(/^api_listen: .*$/m, 'api_listen: 127.0.0.1:1')
        .replace(/^routes:[^]*/m, ''),
    );
    const said = () => house.server.log.filter(({ msg }) => String(msg).includes('needs a restart'));
    const settings = () => [...new Set(said().map(({ setting }) => setting))];
    house.server.signal('SIGHUP');
    await expect.poll(settings, { timeout: 15_000 }).toEqual(['api_listen', 'tls.client_ca']);
    await writeFile(file, text);
    house.server.signal('SIGHUP');
    await expect.poll(() => status({ to: house.deploy, ...client }), { timeout: 15_000 }).toBe(200);
  });

  it('is drained on both listeners', async () => {
    const idle = [house.server.port, house.apiPort()].map((port) => {
      const socket = connect({ port, host: '127.0.0.1', ca: authority.cert, servername: 'localhost' });
      return new Promise((resolve) =>
        socket
          .on('error', () => {})
          .once('close', resolve)
          .resume(),
      );
    });
    const stopped = house.server.stop('SIGTERM');
    await Promise.all(idle);
    expect(await stopped).toBe(0);
  });
});
