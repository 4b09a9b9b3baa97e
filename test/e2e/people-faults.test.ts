import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSurfing, type Surfer } from '../support/surfer.ts';
import { PEOPLE_ADMIN_TOKEN, startPeopleHouse, type PeopleHouse } from '../support/people-house.ts';
import { callbackOf, codeOn, decisionOn } from './people-pages.ts';

let house: PeopleHouse;

beforeAll(async () => {
  house = await startPeopleHouse();
});

afterAll(() => house.dispose());

const COOKIE = '_countersign';

/** Where a sign-in at `corp` begins, without the redirect to it being followed. */
async function atProvider(browser: Surfer, url: string): Promise<string> {
  const page = await browser.open(url, { until: ({ origin }) => origin === house.corp.url });
  return page.url.href;
}

describe('what goes wrong on the way', () => {
  it('a browser that keeps no cookies at the service reads what to do, and is not sent round', async () => {
    const browser = startSurfing((host) => host !== 'orders.localhost');
    const page = await house.signIn(browser, house.at('orders'), 'ada');
    expect([page.status, codeOn(page)]).toEqual([400, 'sign_in.browser']);
    expect(page.text).toContain(`href="${house.at('orders')}"`);
    expect(page.hops.length).toBeLessThan(6);
  });

  it('nor one that keeps none where people sign in', async () => {
    const browser = startSurfing((host) => host !== 'localhost');
    const page = await house.signIn(browser, house.at('orders'), 'ada');
    expect([page.status, codeOn(page)]).toEqual([400, 'sign_in.browser']);
  });

  it('a callback in another browser is nothing (login CSRF)', async () => {
    const [attacker, victim] = [startSurfing(), startSurfing()];
    const callback = await callbackOf(attacker, house.at('orders'), 'mallory');
    expect(callback).toContain('code=');
    const shown = await victim.open(callback);
    expect([shown.status, codeOn(shown)]).toEqual([400, 'sign_in.browser']);
    expect(victim.cookies('localhost').get(COOKIE)).toBeUndefined();
  });

  it('the back button onto an answered sign-in leads on to where it led', async () => {
    const browser = startSurfing();
    const page = await house.signIn(browser, house.at('orders', '/deep'), 'ada');
    expect(page.status).toBe(200);
    const callback = page.hops.find((hop) => hop.includes('/oauth2/callback')) ?? '';
    const again = await browser.open(callback);
    expect([again.status, again.url.href]).toEqual([200, house.at('orders', '/deep')]);
    const hand = page.hops.find((hop) => hop.includes('/.pomerium/callback/')) ?? '';
    expect((await browser.open(hand)).url.href).toBe(house.at('orders', '/deep'));
  });

  it('who cancels at the provider reads that, and may try again', async () => {
    const browser = startSurfing();
    const login = await browser.open(await atProvider(browser, house.at('orders')));
    const abort = /href="([^"]*\/abort)"/.exec(login.text)?.[1] ?? '';
    const page = await browser.open(new URL(abort, login.url).href);
    expect([page.status, codeOn(page)]).toEqual([403, 'sign_in.denied']);
    expect(decisionOn(page)).not.toBe('');
  });

  it('a provider that does not answer is said to, and the sign-in goes on when it does', async () => {
    const browser = startSurfing();
    const callback = await callbackOf(browser, house.at('orders', '/x'), 'ada');
    house.corp.down(true);
    try {
      const page = await browser.open(callback);
      expect([page.status, codeOn(page)]).toEqual([503, 'issuer.unreachable']);
      expect(page.headers['retry-after']).toBeDefined();
      expect(page.text).toContain(`href="${house.at('orders', '/x')}"`);
    } finally {
      house.corp.down(false);
    }
    const page = await browser.open(callback);
    expect([page.status, page.url.href]).toEqual([200, house.at('orders', '/x')]);
  });

  it.each([
    ['garbage', 'garbage'],
    ['of another deployment', `css_${'a'.repeat(38)}`],
    ['too large', 'x'.repeat(6000)],
  ])('a cookie that is %s is none', async (_which, value) => {
    const browser = startSurfing();
    browser.plant('orders.localhost', COOKIE, value);
    browser.plant('localhost', COOKIE, value);
    const page = await house.signIn(browser, house.at('orders'), 'ada');
    expect([page.status, page.url.href]).toEqual([200, house.at('orders')]);
  });

  it.each([
    '/.pomerium/sign_in?pomerium_request=nonsense',
    '/.pomerium/sign_in?to=https://evil.example/',
    '/.pomerium/sign_in?to=//evil.example/',
    '/.pomerium/sign_in?pomerium_redirect_uri=https://evil.example/',
    '/.pomerium/sign_out?pomerium_redirect_uri=https://evil.example/',
    '/.pomerium/signed_out?state=https://evil.example/',
    '/oauth2/callback?state=x&code=y',
    '/oauth2/callback?error=access_denied&error_description=%3Cscript%3E',
  ])('%s leads nowhere else and shows nothing of itself', async (path) => {
    const browser = startSurfing();
    const page = await browser.open(house.service + path, {
      until: ({ hostname }) => hostname !== 'localhost',
    });
    for (const hop of page.hops) expect(new URL(hop).origin).toBe(house.service);
    expect(page.text).not.toContain('evil.example');
    expect(page.text).not.toContain('<script>');
  });
});

describe('break-glass', () => {
  it('signs the administrator in while no provider answers, and opens no service', async () => {
    house.corp.down(true);
    try {
      const browser = startSurfing();
      const page = await browser.open(`${house.service}/console/sign-in`);
      const who = await browser.submit(page, { admin_token: PEOPLE_ADMIN_TOKEN });
      expect([who.status, who.url.pathname]).toEqual([200, '/.pomerium/']);
      expect(who.text).toContain('administrator');
      // On a service they are nobody, and led to the provider like everybody else.
      expect((await browser.open(house.at('orders'))).url.origin).toBe(house.corp.url);
      expect((await browser.fetch(house.at('orders'))).status).toBe(401);
    } finally {
      house.corp.down(false);
    }
  });

  it('is nothing for whoever guesses, or sends it from elsewhere', async () => {
    const browser = startSurfing();
    const page = await browser.open(`${house.service}/console/sign-in`);
    const wrong = await browser.submit(page, { admin_token: 'a-guess' });
    expect(wrong.status).toBe(403);
    expect(wrong.text).not.toContain('a-guess');
    const foreign = await browser.fetch(`${house.service}/console/sign-in`, {
      method: 'POST',
      headers: { origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ admin_token: PEOPLE_ADMIN_TOKEN }).toString(),
    });
    expect(foreign.status).toBe(403);
    expect(browser.cookies('localhost').get(COOKIE)).toBeUndefined();
  });
});
