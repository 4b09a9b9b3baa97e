import type { HeaderLine } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_VISIBLE } from '../../gateway/visitor.ts';
import { openSignInRequest } from '../../sessions/sign-in-request.ts';
import { ADA } from '../../sessions/testing/house.ts';
import { house, provider, START } from '../testing/people.ts';
import { startHosts, type Hosts } from '../../testing/route-hosts.ts';

let hosts: Hosts;
let cookie: HeaderLine;

beforeAll(async () => {
  hosts = await startHosts();
  const session = await hosts.browsers.open({ ...ADA, name: 'Ada <script>', groups: ['ops'], dept: 'R&D' });
  cookie = ['Cookie', `__Host-_countersign=${await hosts.browsers.handOver(session)}`];
});

afterAll(() => hosts.browsers.people.close());

const BROWSER: HeaderLine = ['Accept', 'text/html'];
const PRIVATE = ['/.pomerium/', '/.pomerium/user', '/.pomerium/routes', '/.pomerium/api/v1/routes'];

describe('pages of a route host', () => {
  it('say who is there, in words that cannot be taken for anything else', async () => {
    const { status, body } = await hosts.ask('/.pomerium/', { headers: [BROWSER, cookie] });
    expect(status).toBe(200);
    expect(body).toContain('Ada &lt;script');
    expect(body).toContain('ada@acme.example');
  });

  it('tell a program what upstreams are told, without what is of assertions alone', async () => {
    const { status, body } = await hosts.ask('/.pomerium/user', { headers: [cookie] });
    expect(status).toBe(200);
    const claims: Record<string, unknown> = JSON.parse(body);
    expect(claims).toMatchObject({
      email: 'ada@acme.example',
      groups: ['ops'],
      idp_sub: '1001',
      dept: 'R&D',
    });
    expect(Object.keys(claims)).not.toEqual(expect.arrayContaining(['iss']));
    for (const name of ['iss', 'aud', 'exp', 'iat', 'jti']) expect(claims).not.toHaveProperty(name);
  });

  it('list what the person can reach, and nothing else', async () => {
    const { body } = await hosts.ask('/.pomerium/api/v1/routes', { headers: [cookie] });
    expect(JSON.parse(body)).toEqual({
      routes: [
        {
          id: expect.stringMatching(/^rte_/),
          name: 'app',
          type: 'http',
          from: 'app.example',
          description: '',
        },
        {
          id: expect.stringMatching(/^rte_/),
          name: 'wild',
          type: 'http',
          from: '*.wild.example',
          description: '',
        },
      ],
    });
    const page = await hosts.ask('/.pomerium/routes', { headers: [BROWSER, cookie] });
    expect(page.body).toContain('*.wild.example');
    expect(page.body).not.toContain('globex');
    const found = await hosts.ask('/.pomerium/routes', { query: 'q=WILD', headers: [BROWSER, cookie] });
    expect(found.body).toContain('*.wild.example');
    expect(found.body).not.toContain('href="app.example"');
    expect(found.body).toContain('action="/.pomerium/routes"');
  });

  it('list so many routes and no more', async () => {
    const routes = Array.from({ length: MAX_VISIBLE + 1 }, (_each, at) => ({
      name: `r${at}`,
      from: `https://r${at}.example`,
      to: 'http://127.0.0.1:9',
      allow_any_authenticated_user: true,
      organizations: ['acme'],
    }));
    const many = await startHosts({ ...house([provider()]), routes });
    const value = await many.browsers.handOver(await many.browsers.open(), 'r0.example');
    const asked = {
      host: 'r0.example',
      headers: [['Cookie', `__Host-_countersign=${value}`]] as HeaderLine[],
    };
    const { body } = await many.ask('/.pomerium/api/v1/routes', asked);
    expect((JSON.parse(body) as { routes: unknown[] }).routes).toHaveLength(MAX_VISIBLE);
    // What is looked for is found all the same, however far behind it stands.
    const found = await many.ask('/.pomerium/routes', { ...asked, query: `q=r${MAX_VISIBLE}.example` });
    expect(found.body).toContain(`r${MAX_VISIBLE}.example`);
    await many.browsers.people.close();
  });

  it.each(PRIVATE)('%s is for somebody: a program is told so', async (path) => {
    const { status, headers, body } = await hosts.ask(path);
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer realm="app.example"']);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(body)).toMatchObject({
      status: 401,
      code: 'credential.missing',
      decision_id: expect.stringMatching(/^dec_/),
    });
  });

  it.each(['/.pomerium/', '/.pomerium/routes'])('%s leads a person to sign-in and back', async (path) => {
    const { status, headers, cookies } = await hosts.ask(path, { headers: [BROWSER], query: 'a=1' });
    expect([status, cookies?.length]).toEqual([302, 1]);
    const sealed = headers['location']?.split('pomerium_request=')[1] ?? '';
    const returnTo = openSignInRequest(hosts.deps.redirects, sealed, START)?.request.returnTo;
    expect(returnTo).toBe(`https://app.example${path}?a=1`);
  });

  it.each<readonly [string, HeaderLine, number]>([
    ['a token that is none', ['Authorization', `Bearer csp_${'a'.repeat(38)}`], 401],
    ['the cookie of another host', ['Cookie', 'other'], 401],
  ])('are not shown for %s', async (which, header, status) => {
    const other = await hosts.browsers.handOver(await hosts.browsers.open(), 'other.example');
    const shown: HeaderLine =
      which === 'the cookie of another host' ? ['Cookie', `__Host-_countersign=${other}`] : header;
    expect((await hosts.ask('/.pomerium/user', { headers: [shown] })).status).toBe(status);
  });

  it('lead to sign-out, and change nothing themselves', async () => {
    for (const method of ['GET', 'POST']) {
      const { status, headers } = await hosts.ask('/.pomerium/sign_out', { method, headers: [cookie] });
      expect(status).toBe(303);
      const [place, sealed = ''] = (headers['location'] ?? '').split('?pomerium_request=');
      expect(place).toBe(`${hosts.deps.snapshot().service.url}/.pomerium/sign_out`);
      expect(openSignInRequest(hosts.deps.redirects, sealed, START)?.request.returnTo).toBe(
        'https://app.example/',
      );
    }
    expect((await hosts.ask('/.pomerium/user', { headers: [cookie] })).status).toBe(200);
  });

  it('say where things are, to anybody', async () => {
    const { body } = await hosts.ask('/.well-known/pomerium');
    expect(JSON.parse(body)).toEqual({
      issuer: 'https://app.example/',
      authentication_callback_endpoint: `${hosts.deps.snapshot().service.url}/oauth2/callback`,
      jwks_uri: 'https://app.example/.well-known/pomerium/jwks.json',
      frontchannel_logout_uri: 'https://app.example/.pomerium/sign_out',
    });
  });

  it('are where they are and nowhere else', async () => {
    for (const path of ['/.pomerium/jwt', '/.pomerium/admin', '/.pomerium/../x', '/.pomerium/user/'])
      expect((await hosts.ask(path, { headers: [cookie] })).status, path).toBe(404);
  });

  it.each(['/.pomerium/', '/.pomerium/user', '/.well-known/pomerium', '/ping'])(
    '%s is read, and takes nothing',
    async (path) => {
      const { status, headers } = await hosts.ask(path, { method: 'POST', headers: [cookie] });
      expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
    },
  );
});
