import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileId } from '../../packages/server/src/snapshot/file-id.ts';
import { startSurfing, type Surfer } from '../support/surfer.ts';
import { PEOPLE_ADMIN_TOKEN, startPeopleHouse, type PeopleHouse } from '../support/people-house.ts';
import { codeOn, decisionOn } from './people-pages.ts';

let house: PeopleHouse;

beforeAll(async () => {
  house = await startPeopleHouse();
});

afterAll(() => house.dispose());

const COOKIE = '_countersign';
const ADMINISTRATOR = { authorization: `Bearer ${PEOPLE_ADMIN_TOKEN}` };

async function signedIn(login: string, name = 'orders'): Promise<Surfer> {
  const browser = startSurfing();
  const page = await house.signIn(browser, house.at(name), login);
  expect(page.url.href).toBe(house.at(name));
  return browser;
}

/** Where a sign-in at `corp` begins, without the redirect to it being followed. */
async function atProvider(browser: Surfer, url: string): Promise<string> {
  const page = await browser.open(url, { until: ({ origin }) => origin === house.corp.url });
  return page.url.href;
}

describe('a person who signs in', () => {
  it('once reaches every service, each as themselves, and comes back to where they were', async () => {
    const browser = startSurfing();
    const first = await house.signIn(browser, house.at('orders', '/page?q=1&r=%20'), 'ada');
    expect([first.status, first.url.href]).toEqual([200, house.at('orders', '/page?q=1&r=%20')]);
    const seen = JSON.parse(first.text) as { headers: Record<string, string> };
    const claims = JSON.parse(
      Buffer.from(seen.headers['x-pomerium-jwt-assertion']?.split('.')[1] ?? '', 'base64url').toString(),
    ) as object;
    expect(claims).toMatchObject({
      idp_sub: 'ada',
      email: 'ada@acme.example',
      groups: ['staff'],
      org: 'acme',
    });
    // The upstream is shown no cookie of ours.
    expect(seen.headers).not.toHaveProperty('cookie');
    const second = await browser.open(house.at('billing', '/x'));
    expect([second.status, second.url.href]).toEqual([200, house.at('billing', '/x')]);
    expect(second.hops.some((hop) => hop.startsWith(house.corp.url))).toBe(false);
    const own = browser.cookies('orders.localhost').get(COOKIE);
    expect(own).not.toBe(browser.cookies('billing.localhost').get(COOKIE));
    expect(own).not.toBe(browser.cookies('localhost').get(COOKIE));
  });

  it('finds on the service host what they can reach, and nothing that is closed to them', async () => {
    const browser = await signedIn('ada');
    const who = await browser.open(`${house.service}/.pomerium/`);
    expect(who.text).toContain('href="/.pomerium/routes"');
    const { text } = await browser.open(`${house.service}/.pomerium/routes`);
    for (const name of ['orders', 'billing']) expect(text).toContain(`href="${house.at(name, '')}"`);
    for (const name of ['reports', 'partners']) expect(text).not.toContain(house.at(name, ''));
  });

  it('leaves nothing of the sign-in behind in the browser but who they are', async () => {
    const browser = await signedIn('ada');
    expect([...browser.cookies('orders.localhost').keys()]).toEqual([COOKIE]);
  });

  it('in two tabs at once ends both where they began', async () => {
    const browser = startSurfing();
    const [one, other] = [
      await atProvider(browser, house.at('orders', '/one')),
      await atProvider(browser, house.at('billing', '/other')),
    ];
    expect((await house.signIn(browser, one, 'ada')).url.href).toBe(house.at('orders', '/one'));
    expect((await house.signIn(browser, other, 'ada')).url.href).toBe(house.at('billing', '/other'));
  });

  it('and is refused by the policy reads why, under an id that the administrator can look up', async () => {
    const browser = startSurfing();
    const refused = await house.signIn(browser, house.at('reports'), 'ada');
    expect([refused.status, codeOn(refused)]).toEqual([403, 'policy.refused']);
    const found = await browser.fetch(`${house.service}/api/orgs/acme/decisions/${decisionOn(refused)}`, {
      headers: ADMINISTRATOR,
    });
    expect(found.status).toBe(200);
    expect(found.text).toContain('"route":"reports"');
    house.corp.groups.set('grace', ['finance']);
    const passed = await house.signIn(startSurfing(), house.at('reports'), 'grace');
    expect(passed.status).toBe(200);
  });

  it('cannot be a member whom another account of the provider is already', async () => {
    await signedIn('ada');
    house.corp.groups.set('mallory', ['staff']);
    const listed = await startSurfing().fetch(`${house.service}/api/orgs/acme/members/ada/identities`, {
      headers: ADMINISTRATOR,
    });
    expect(listed.status).toBe(200);
    const browser = await signedIn('mallory');
    const { text } = await browser.fetch(house.at('orders'));
    expect(text).not.toContain('usr_ada');
  });
});

describe('at which provider', () => {
  it('is chosen where several would do, and the choice leads on', async () => {
    const browser = startSurfing();
    const choice = await browser.open(house.at('shared', '/x'));
    expect([choice.status, choice.url.origin]).toEqual([200, house.service]);
    expect(choice.text).toContain('Sign in with corp');
    const href = /href="([^"]*idp=partner)"/.exec(choice.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const there = await house.signIn(browser, new URL(href, choice.url).href, 'lin');
    expect([there.status, there.url.href]).toEqual([200, house.at('shared', '/x')]);
  });

  it('is said by the route that names one', async () => {
    const browser = startSurfing();
    const page = await browser.open(house.at('chosen'));
    expect(page.url.origin).toBe(house.partner.url);
  });

  it('a session of one that does not speak for the route is none there, and nobody goes round', async () => {
    const browser = await signedIn('ada');
    const page = await browser.open(house.at('partners'));
    expect(page.url.origin).toBe(house.partner.url);
    const there = await house.signIn(browser, page.url.href, 'lin');
    expect([there.status, there.url.href]).toEqual([200, house.at('partners')]);
  });
});

describe('signing out', () => {
  it('ends every service and the session at the provider, and asks first', async () => {
    const browser = await signedIn('ada');
    await browser.open(house.at('billing'));
    const question = await browser.open(house.at('orders', '/.pomerium/sign_out'));
    expect(question.url.origin).toBe(house.service);
    expect((await browser.fetch(house.at('orders'))).status).toBe(200);
    const atCorp = await browser.submit(question, {});
    expect(atCorp.url.origin).toBe(house.corp.url);
    const done = await browser.submit(atCorp, { logout: 'yes' });
    expect(done.url.pathname).toBe('/.pomerium/signed_out');
    expect(done.text).toContain(`href="${house.at('orders')}"`);
    for (const name of ['orders', 'billing'])
      expect((await browser.fetch(house.at(name))).status, name).toBe(401);
    // The provider's own session is over: it asks who they are.
    expect((await browser.open(house.at('orders'))).text).toContain('name="login"');
  });

  it('is done by nobody else’s page', async () => {
    const browser = await signedIn('ada');
    const post = (headers: Readonly<Record<string, string>>) =>
      browser.fetch(`${house.service}/.pomerium/sign_out`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: '',
      });
    for (const headers of [
      {},
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: house.at('orders', '').replace(/\/$/, '') },
    ]) {
      const page = await post(headers);
      expect([page.status, codeOn(page)]).toEqual([403, 'request.origin']);
    }
    expect((await browser.fetch(house.at('orders'))).status).toBe(200);
  });

  it('of one session leaves the others, and is done from the list of one’s own', async () => {
    const [here, there] = [await signedIn('hedy'), await signedIn('hedy')];
    const list = await here.open(`${house.service}/.pomerium/sessions`);
    const ids = [...list.text.matchAll(/name="session" value="(tok_\w+)"/g)].map(([, id = '']) => id);
    expect(ids).toHaveLength(2);
    const own = /This one|current/i.test(list.text);
    expect(own).toBe(true);
    const [newest = ''] = ids;
    await here.submit(list, { session: newest }, { action: '/.pomerium/sessions/end' });
    expect((await there.fetch(house.at('orders'))).status).toBe(401);
    expect((await here.fetch(house.at('orders'))).status).toBe(200);
  });

  it('by an administrator is heard at the next request, which leads to sign-in and not in a circle', async () => {
    const browser = await signedIn('kay');
    const ended = await browser.fetch(
      `${house.service}/api/user/sessions?issuerId=${fileId('idp', 'corp', house.corp.url)}&subject=kay`,
      { method: 'DELETE', headers: ADMINISTRATOR },
    );
    expect(ended.status).toBe(204);
    expect((await browser.fetch(house.at('orders'))).status).toBe(401);
    // The provider still knows them, and says so without a page: one round, and they are there again.
    const again = await browser.open(house.at('orders'));
    expect([again.status, again.url.href]).toEqual([200, house.at('orders')]);
    expect(again.hops.filter((hop) => hop.startsWith(house.at('orders')))).toHaveLength(3);
    expect((await browser.open(house.at('open'))).status).toBe(200);
  });
});
