import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { ask, type Ask, type Reply } from '../support/request.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';
import { wholeFiles } from './guide.ts';
import { codes, rowsWith, textOf } from './repository.ts';

/** The files that people move to, as the guides show them but for the addresses, and what their tables promise. */
const POMERIUM = 'coming-from-pomerium';
const OAUTH2_PROXY = 'coming-from-oauth2-proxy';

interface House {
  readonly server: ServerProcess;
  readonly provider: TestIssuer;
  readonly upstream: TestUpstream;
  /** The host of the route `orders`; without it, of the service. */
  get(path: string, headers?: Ask['headers'], host?: 'orders' | 'auth'): Promise<Reply>;
  /** A session of somebody, by their id_token. */
  session(claims: Readonly<Record<string, unknown>>): Promise<string>;
  dispose(): Promise<void>;
}

async function startMoved(guide: string): Promise<House> {
  const [provider, upstream] = await Promise.all([startIssuer(), startUpstream()]);
  const [file = ''] = wholeFiles(guide);
  const local = file
    .replace('listen: 127.0.0.1:8080', 'listen: 127.0.0.1:${PORT}\nallow_private_issuers: [127.0.0.0/8]')
    .replaceAll(/https:\/\/(auth|orders|status)\.acme\.example/g, 'http://$1.localhost:${PORT}')
    .replace('https://id.acme.example', provider.url)
    .replaceAll(/http:\/\/127\.0\.0\.1:900\d/g, upstream.url);
  const server = await startServerProcess(local, { IDP_CLIENT_SECRET: 'not-a-real-secret' });
  const get: House['get'] = (path, headers = {}, host = 'orders') =>
    ask(server.port, { path, host: `${host}.localhost:${server.port}`, headers });
  return {
    server,
    provider,
    upstream,
    get,
    session: async (claims) => {
      const idToken = await provider.mint({ aud: 'gateway', email_verified: true, ...claims });
      const reply = await ask(server.port, {
        method: 'POST',
        path: '/api/v1/token',
        host: `auth.localhost:${server.port}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ id_token: idToken }).toString(),
      });
      return String(reply.json()['Token']);
    },
    dispose: async () => {
      await server.dispose();
      await Promise.all([provider.close(), upstream.close()]);
    },
  };
}

const GRACE = { sub: '1002', email: 'grace@acme.example', groups: ['orders', 'staff'] };
const BROWSER = { accept: 'text/html', 'sec-fetch-mode': 'navigate' };

let pomerium: House;
let oauth2Proxy: House;
beforeAll(async () => {
  [pomerium, oauth2Proxy] = await Promise.all([startMoved(POMERIUM), startMoved(OAUTH2_PROXY)]);
});
afterAll(() => Promise.all([pomerium.dispose(), oauth2Proxy.dispose()]));

describe('who comes from Pomerium', () => {
  const rows = rowsWith(textOf(`docs/guides/${POMERIUM}.md`), 'a client sends');

  it('finds every way to send a token in the table', () => expect(rows).toHaveLength(7));

  it.each(rows.map((row) => [row.get('a client sends') ?? '', row.get('here') ?? '']))(
    'sends %s, and it counts: %s',
    async (sends, here) => {
      const token = await pomerium.session(GRACE);
      const [written = ''] = codes(sends);
      const [name = '', value = ''] = written.replace('TOKEN', token).split(': ');
      const basic = `Basic ${Buffer.from(`x:${token}`).toString('base64')}`;
      const cookie = `_countersign=${token}`;
      const header = sends.startsWith('Basic') ? ['authorization', basic] : [name, value];
      const [header0 = '', value0 = ''] = sends.startsWith('the cookie') ? ['cookie', cookie] : header;
      const reply = written.startsWith('?')
        ? await pomerium.get(`/${name}`)
        : await pomerium.get('/', { [header0]: value0 });
      expect(reply.status).toBe(here.startsWith('no') ? 401 : 200);
      expect(JSON.stringify(pomerium.upstream.seen.at(-1) ?? {})).not.toContain(token);
    },
  );

  it('is told 401 with a dead token, never sent away', async () => {
    const reply = await pomerium.get('/', { ...BROWSER, authorization: 'Pomerium nobody-knows-it' });
    expect(reply.status).toBe(401);
    expect(reply.headers['www-authenticate']).toMatch(/^Bearer .*error="invalid_token"/);
  });

  it('keeps claims and groups in policies, and who is in no group stays out', async () => {
    const authorization = `Bearer ${await pomerium.session({ ...GRACE, sub: '1003', groups: ['staff'] })}`;
    expect((await pomerium.get('/', { authorization })).status).toBe(403);
  });

  const served = rowsWith(textOf(`docs/guides/${POMERIUM}.md`), 'endpoint').flatMap((row) => {
    const where = row.get('where') ?? '';
    const hosts = where.startsWith('every')
      ? ['orders', 'auth']
      : [where.startsWith('the') ? 'auth' : 'orders'];
    return hosts.map(
      (host) => [host as 'orders' | 'auth', codes(row.get('endpoint') ?? '')[0] ?? ''] as const,
    );
  });

  it.each(served)('finds at %s the endpoint %s', async (host, path) => {
    // Login says with 404 that its parameter is missing, as its clients know it.
    const query = path.endsWith('/login') ? '?pomerium_redirect_uri=http://127.0.0.1:1/' : '';
    const { status } = await pomerium.get(`${path}${query}`, {}, host);
    // Outside of `/.pomerium` a path that is not ours is the service's, which is asked for nobody.
    const missing = path.startsWith('/.pomerium/') ? [404] : [404, 401];
    expect(missing).not.toContain(status);
  });

  it.each(['/.pomerium/jwt', '/.pomerium/webauthn'])('does not find %s, as the guide says', async (path) => {
    expect((await pomerium.get(path)).status).toBe(404);
  });
});

describe('who comes from oauth2-proxy', () => {
  it('has one path open to everybody, for reading alone', async () => {
    expect((await oauth2Proxy.get('/status')).status).toBe(200);
    expect((await oauth2Proxy.get('/status/')).status).toBe(401);
    const { port } = oauth2Proxy.server;
    const posted = await ask(port, { method: 'POST', path: '/status', host: `orders.localhost:${port}` });
    expect(posted.status).toBe(401);
  });

  it('is sent to sign in by a browser, and told 401 by a program', async () => {
    const away = await oauth2Proxy.get('/today', BROWSER);
    expect([away.status, away.headers.location]).toEqual([
      302,
      expect.stringContaining(`http://auth.localhost:${oauth2Proxy.server.port}/.pomerium/sign_in?`),
    ]);
    expect((await oauth2Proxy.get('/today', { accept: 'application/json' })).status).toBe(401);
  });

  it('gets the headers under the names that the service reads, and nobody can send them', async () => {
    const authorization = `Bearer ${await oauth2Proxy.session(GRACE)}`;
    const theirs = { 'x-auth-request-email': 'mallory@elsewhere.example' };
    const reply = await oauth2Proxy.get('/today', { ...theirs, authorization });
    const { headers } = reply.json() as unknown as { headers: Record<string, string> };
    expect(headers).toMatchObject({
      host: `orders.localhost:${oauth2Proxy.server.port}`,
      'x-auth-request-email': GRACE.email,
      'x-auth-request-user': GRACE.sub,
      'x-auth-request-groups': 'orders,staff',
    });
    await oauth2Proxy.get('/status', theirs);
    expect(JSON.stringify(oauth2Proxy.upstream.seen.at(-1)?.headers)).not.toContain('mallory');
  });

  it.each([
    ['another group', { ...GRACE, sub: '1004', groups: ['staff'] }],
    ['another domain', { ...GRACE, sub: '1005', email: 'grace@elsewhere.example' }],
  ])('stays out with %s', async (_what, claims) => {
    const authorization = `Bearer ${await oauth2Proxy.session(claims)}`;
    expect((await oauth2Proxy.get('/today', { authorization })).status).toBe(403);
  });
});
