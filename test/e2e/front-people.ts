import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countersign } from '../support/command.ts';
import { startFrontProxy, type FrontProxy, type ProxyProgram } from '../support/front-proxy.ts';
import { startPeopleHouse, type PeopleHouse } from '../support/people-house.ts';
import { ask } from '../support/request.ts';
import { startSurfing, type Page, type Surfer } from '../support/surfer.ts';

/**
 * What has to hold of people behind every proxy that `render` configures where there is a provider at which they sign in.
 * Called inside a `describe`. `kinds`: what is rendered, in the order in which the program is given it.
 */
export function leadsPeopleToSignIn(kinds: readonly string[], program: ProxyProgram): void {
  let house: PeopleHouse;
  let proxy: FrontProxy;

  beforeAll(async () => {
    // Clients come to the port of the house, where the proxy is.
    const settings = { listen: '127.0.0.1:${PORT}', trusted_proxies: ['127.0.0.1'] };
    house = await startPeopleHouse({ settings });
    proxy = await startFrontProxy(program, await rendered(kinds, house), house.port);
  });
  afterAll(async () => {
    await proxy?.stop();
    await house?.dispose();
  });

  async function signedIn(login: string): Promise<Surfer> {
    const browser = startSurfing();
    const page = await house.signIn(browser, house.at('orders'), login);
    expect([page.status, page.url.href]).toEqual([200, house.at('orders')]);
    return browser;
  }

  it('come back from sign-in to where they were, as themselves', async () => {
    const browser = startSurfing();
    const page = await house.signIn(browser, house.at('orders', '/page?q=1&r=%20'), 'ada');
    expect([page.status, page.url.href]).toEqual([200, house.at('orders', '/page?q=1&r=%20')]);
    expect(claimsSeen(page)).toMatchObject({ idp_sub: 'ada', email: 'ada@acme.example', org: 'acme' });
    // Nothing of the sign-in is left behind but who they are.
    expect([...browser.cookies('orders.localhost').keys()]).toEqual([COOKIE]);
    expect((await browser.open(house.at('orders', '/again'))).hops).toHaveLength(1);
    // Known here, they are known on every host.
    const second = await browser.open(house.at('billing', '/x'));
    expect([second.status, second.url.href]).toEqual([200, house.at('billing', '/x')]);
    expect(second.hops.some((hop) => hop.startsWith(house.corp.url))).toBe(false);
  });

  it('are sent there with one cookie, which nobody keeps, under the id of a decision', async () => {
    const page = await startSurfing().fetch(house.at('orders', '/page'), { headers: OPENS });
    expect(page.status).toBe(302);
    expect(page.headers.location).toMatch(`${house.service}/.pomerium/sign_in?pomerium_request=`);
    expect(page.headers['set-cookie']).toEqual([expect.stringMatching(/^_countersign_n_[0-9a-zA-Z_-]{8}=/)]);
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.headers['www-authenticate']).toBeUndefined();
    expect(page.headers['x-request-id']).toMatch(/^dec_[0-9A-Z]{26}$/);
  });

  it('come back to a page with a long address', async () => {
    const path = `/report?${'column=some+name&'.repeat(80)}`;
    const page = await house.signIn(startSurfing(), house.at('orders', path), 'ada');
    expect([page.status, page.url.href]).toEqual([200, house.at('orders', path)]);
    // However long it is, the proxy hands on where it leads.
    for (const where of ['/report', '/.pomerium/']) {
      const url = house.at('orders', `${where}?${'column=some+name&'.repeat(200)}`);
      expect((await startSurfing().fetch(url, { headers: OPENS })).status).toBe(302);
    }
  });

  it('keep their session and what else we set to themselves, and no cookie of others', async () => {
    const browser = await signedIn('ada');
    const session = browser.cookies('orders.localhost').get(COOKIE) ?? '';
    expect(session).toMatch(/^css_/);
    browser.plant('orders.localhost', 'theme', 'dark');
    browser.plant('orders.localhost', `${COOKIE}_n_01234567`, 'half-of-a-secret');
    browser.plant('orders.localhost', 'other', '1');
    const page = await browser.open(house.at('orders', '/cookies'));
    expect(page.status).toBe(200);
    expect(page.text).not.toContain(session);
    expect(headersSeen(page)['cookie']).toBe('theme=dark; other=1');
    const only = await (await signedIn('ada')).open(house.at('orders', '/cookies'));
    expect(headersSeen(only)['cookie'] ?? '').toBe('');
    // A public route is shown them no more than any other.
    browser.plant('open.localhost', COOKIE, DEAD);
    expect(headersSeen(await browser.open(house.at('open')))['cookie'] ?? '').toBe('');
  });

  it('whose session is over sign in again', async () => {
    const browser = await signedIn('kay');
    browser.plant('orders.localhost', COOKIE, DEAD);
    const before = house.upstream.seen.length;
    expect((await browser.fetch(house.at('orders'), { headers: { accept: '*/*' } })).status).toBe(401);
    expect(house.upstream.seen).toHaveLength(before);
    const again = await browser.open(house.at('orders', '/later'));
    expect([again.status, again.url.href]).toEqual([200, house.at('orders', '/later')]);
    expect(claimsSeen(again)).toMatchObject({ idp_sub: 'kay' });
  });

  it('find on each host who they are there, and nothing else of ours', async () => {
    const browser = await signedIn('ada');
    const known = await browser.fetch(house.at('orders', '/.pomerium/user'));
    expect([known.status, JSON.parse(known.text)]).toEqual([
      200,
      expect.objectContaining({ email: 'ada@acme.example' }),
    ]);
    const metadata = await browser.fetch(house.at('orders', '/.well-known/pomerium'));
    expect(JSON.parse(metadata.text)).toMatchObject({ issuer: house.at('orders') });
    const keys = await browser.fetch(house.at('orders', '/.well-known/pomerium/jwks.json'));
    expect(JSON.parse(keys.text)).toMatchObject({
      keys: expect.arrayContaining([expect.objectContaining({ alg: 'ES256' })]),
    });
    expect((await browser.fetch(house.at('orders', '/.pomerium/none'))).status).toBe(404);
  });

  it('are told apart from programs, forms and scripts, which are refused', async () => {
    const before = house.upstream.seen.length;
    for (const [method, headers] of NOT_PEOPLE) {
      const page = await startSurfing().fetch(house.at('orders', '/page'), { method, headers });
      expect([page.status, page.headers.location, page.headers['set-cookie']]).toEqual([
        401,
        undefined,
        undefined,
      ]);
      expect(page.headers['www-authenticate']).toContain('realm="orders.localhost"');
      expect(page.headers['x-request-id']).toMatch(/^dec_/);
    }
    expect(house.upstream.seen).toHaveLength(before);
  });

  it.each([
    '/.Pomerium/user',
    '//.pomerium/user',
    '/.pomerium/../user',
    '/.pomerium/..%2fuser',
    '/x/../.pomerium/user',
  ])('are asked who they are at %s, and believed in nothing that they say of it', async (path) => {
    const before = house.upstream.seen.length;
    const stranger = await ask(house.port, { path, host: new URL(house.at('orders')).host });
    expect([400, 401, 403, 404]).toContain(stranger.status);
    expect(house.upstream.seen).toHaveLength(before);
    const cookie = `${COOKIE}=${(await signedIn('ada')).cookies('orders.localhost').get(COOKIE)}`;
    await ask(house.port, {
      path,
      host: new URL(house.at('orders')).host,
      headers: { cookie, 'x-pomerium-jwt-assertion': 'forged', 'x-forwarded-for': '192.0.2.66' },
    });
    const seen = JSON.stringify(house.upstream.seen.slice(before));
    expect(seen).not.toMatch(/forged|192\.0\.2\.66|css_/);
  });

  it('are refused by the policy as ever, and not sent round', async () => {
    const browser = await signedIn('ada');
    const page = await browser.open(house.at('reports'));
    expect([page.status, page.url.href]).toEqual([403, house.at('reports')]);
  });

  it('are not sent where the client says', async () => {
    for (const path of [
      '/page?redirect=1',
      '/.pomerium/check',
      '/.pomerium/check?redirect=1',
      '/auth/nginx?redirect=1',
    ]) {
      const page = await startSurfing().fetch(house.at('orders', path), { headers: PROGRAM });
      expect([401, 403, 404]).toContain(page.status);
      expect(page.headers.location).toBeUndefined();
    }
  });
}

const COOKIE = '_countersign';
const DEAD = `css_${'0'.repeat(38)}`;

const OPENS = { accept: 'text/html', 'sec-fetch-mode': 'navigate' };
const PROGRAM = { accept: '*/*' };

const NOT_PEOPLE: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['GET', PROGRAM],
  ['POST', OPENS],
  ['GET', { ...OPENS, 'x-requested-with': 'XMLHttpRequest' }],
  ['GET', { ...OPENS, authorization: `Bearer csp_${'a'.repeat(38)}` }],
];

function rendered(kinds: readonly string[], { server }: PeopleHouse): Promise<readonly string[]> {
  const config = join(server.folder, 'countersign.yaml');
  return Promise.all(
    kinds.map(async (kind) => {
      const args = ['render', kind, '--config', config, '--listen', '127.0.0.1'];
      return (await countersign(args, { cwd: server.folder })).out;
    }),
  );
}

function headersSeen({ text }: Page): Readonly<Record<string, string>> {
  return (JSON.parse(text) as { headers: Record<string, string> }).headers;
}

function claimsSeen(page: Page): object {
  const payload = headersSeen(page)['x-pomerium-jwt-assertion']?.split('.')[1] ?? '';
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
}
