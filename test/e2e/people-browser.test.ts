import type { Browser, Page as Tab } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fileId } from '../../packages/server/src/snapshot/file-id.ts';
import { CHROMIUM, has } from '../setup/debian.ts';
import { launchBrowser, launchSetUp } from '../support/browser.ts';
import { startLiveService, type LiveService } from '../support/live-service.ts';
import { PEOPLE_ADMIN_TOKEN, startPeopleHouse, type PeopleHouse } from '../support/people-house.ts';
import { andFollow, press, signInAt, startVisitor, violationsOn, type Visitor } from '../support/visitor.ts';

/** Of Chromium's settings of content. */
const BLOCK = 2;

/** What people do, with a real browser's cookies, history and policies of content. */
describe.skipIf(!has(CHROMIUM))('in Chromium', () => {
  let browser: Browser;
  let house: PeopleHouse;
  let live: LiveService;
  let visitor: Visitor;
  let tab: Tab;

  beforeAll(async () => {
    live = await startLiveService();
    const open = { to: live.url, organizations: ['acme'], allow_any_authenticated_user: true };
    house = await startPeopleHouse({
      routes: (from) =>
        ['live', 'pages'].map((name) => ({ name, from: from(name), allow_websockets: true, ...open })),
    });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await house?.dispose();
    await live?.close();
  });
  beforeEach(async () => {
    visitor = await startVisitor(await browser.newContext(), isOurs);
    ({ tab } = visitor);
  });
  afterEach(async () => {
    // Whatever was shown on the way: no script was stopped, no policy broken, no other machine asked.
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });

  const isOurs = (host: string): boolean => host.endsWith(`localhost:${house.port}`);
  const text = (): Promise<string> => tab.locator('body').innerText();
  const code = (): Promise<string> => tab.locator('code').first().innerText();

  /** Opens a page as somebody who is not signed in yet. */
  async function signIn(login: string, url = house.at('orders')): Promise<void> {
    await tab.goto(url);
    await signInAt(tab, house.corp.url, login);
    expect(tab.url()).toBe(url);
  }

  async function signOut(): Promise<void> {
    await tab.goto(house.at('orders', '/.pomerium/sign_out'));
    expect(await violationsOn(tab)).toEqual([]);
    await press(tab, 'form button');
    expect(new URL(tab.url()).origin).toBe(house.corp.url);
    await press(tab, 'button[name=logout]');
    expect(new URL(tab.url()).pathname).toBe('/.pomerium/signed_out');
  }

  describe('signing in', () => {
    it('leads back to where it began, and opens the next service without a question', async () => {
      await signIn('ada', house.at('orders', '/deep?q=1'));
      expect(await text()).toContain('"/deep?q=1"');
      visitor.asked.length = 0;
      await tab.goto(house.at('billing', '/x'));
      expect(tab.url()).toBe(house.at('billing', '/x'));
      expect(visitor.asked.filter((url) => url.startsWith(house.corp.url))).toEqual([]);
      const cookies = await visitor.context.cookies(house.at('orders'));
      expect(cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite])).toEqual([
        ['_countersign', true, 'Lax'],
      ]);
    });

    it('in two tabs at once ends both where they began', async () => {
      const other = await visitor.context.newPage();
      await tab.goto(house.at('orders', '/one'));
      await other.goto(house.at('billing', '/other'));
      await signInAt(tab, house.corp.url, 'ada');
      await signInAt(other, house.corp.url, 'ada');
      expect([tab.url(), other.url()]).toEqual([house.at('orders', '/one'), house.at('billing', '/other')]);
    });

    it('is not gone through again by the back button', async () => {
      await tab.goto(house.at('open'));
      await signIn('ada', house.at('orders', '/deep'));
      visitor.asked.length = 0;
      await tab.goBack();
      // Whatever page of the way in it is, it leads on, and once.
      expect(visitor.asked.length).toBeLessThanOrEqual(4);
      expect(new Set(visitor.asked).size).toBe(visitor.asked.length);
      await tab.goto(house.at('orders', '/deep'));
      expect(tab.url()).toBe(house.at('orders', '/deep'));
    });

    it('is at the provider that is chosen', async () => {
      await tab.goto(house.at('shared', '/x'));
      expect(await violationsOn(tab)).toEqual([]);
      await andFollow(tab, () => tab.getByText('Sign in with partner').click());
      await signInAt(tab, house.partner.url, 'lin');
      expect(tab.url()).toBe(house.at('shared', '/x'));
    });

    it('that policy does not let in reads so, under an id', async () => {
      await tab.goto(house.at('reports'));
      await signInAt(tab, house.corp.url, 'ada');
      expect(await text()).toMatch(/dec_[0-9A-Z]{26}/);
      expect(await violationsOn(tab)).toEqual([]);
    });

    it.each([
      ['garbage', 'garbage'],
      ['of another deployment', `css_${'a'.repeat(38)}`],
      ['too large', 'x'.repeat(3500)],
    ])('is asked for where a cookie is %s', async (_which, value) => {
      const planted = ['orders.localhost', 'localhost'].map((domain) => ({
        name: '_countersign',
        value,
        domain,
        path: '/',
      }));
      await visitor.context.addCookies(planted);
      await signIn('ada');
    });
  });

  describe('a page of the service', () => {
    it('opens its WebSocket, and that of another site does not', async () => {
      await signIn('ada', house.at('live', '/page'));
      await expect.poll(() => tab.title()).toBe('open');
      expect(live.handshakes).toEqual([`http://live.localhost:${house.port}`]);
      await tab.goto(house.at('pages', `/page?to=live.localhost:${house.port}`));
      await expect.poll(() => tab.title()).toBe('refused');
      expect(live.handshakes).toHaveLength(1);
      expect(visitor.complaints.splice(0)).toEqual([expect.stringContaining('WebSocket')]);
    });
  });

  describe('signing out', () => {
    it('ends all services and the session at the provider', async () => {
      await signIn('ada');
      await tab.goto(house.at('billing'));
      await signOut();
      expect(await violationsOn(tab)).toEqual([]);
      for (const name of ['orders', 'billing']) {
        await tab.goto(house.at(name));
        expect(await tab.locator('input[name=login]').isVisible(), name).toBe(true);
      }
    });

    it('leaves nothing for the back button', async () => {
      await signIn('ada');
      const who = await tab.goto(`${house.service}/.pomerium/`);
      expect(await text()).toContain('ada@acme.example');
      expect(await violationsOn(tab)).toEqual([]);
      expect(who?.headers()['cache-control']).toBe('no-store');
      await signOut();
      const seen: string[] = [];
      for (let step = 0; step < 4; step += 1) {
        await tab.goBack();
        seen.push(new URL(tab.url()).pathname);
        expect(await text(), tab.url()).not.toContain('ada@acme.example');
      }
      expect(seen.some((path) => path !== '/.pomerium/signed_out')).toBe(true);
    });

    it('of one session is done from the list of one’s own', async () => {
      const elsewhere = await startVisitor(await browser.newContext(), isOurs);
      await elsewhere.tab.goto(house.at('orders'));
      await signInAt(elsewhere.tab, house.corp.url, 'hedy');
      await signIn('hedy');
      await tab.goto(`${house.service}/.pomerium/sessions`);
      expect(await violationsOn(tab)).toEqual([]);
      const ends = tab.locator('form[action="/.pomerium/sessions/end"] button');
      expect(await ends.count()).toBe(2);
      // The newest comes first, and is this one.
      await andFollow(tab, () => ends.last().click());
      expect(await ends.count()).toBe(1);
      await tab.goto(house.at('orders'));
      expect(tab.url()).toBe(house.at('orders'));
      elsewhere.asked.length = 0;
      await elsewhere.tab.reload();
      expect(elsewhere.asked.some((url) => url.startsWith(house.corp.url))).toBe(true);
      await elsewhere.close();
    });
  });

  describe('what goes wrong', () => {
    it('a session that an administrator ended is begun anew by the next page, and nobody goes round', async () => {
      await signIn('kay');
      const whose = `issuerId=${fileId('idp', 'corp', house.corp.url)}&subject=kay`;
      const ended = await fetch(`${house.service}/api/user/sessions?${whose}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${PEOPLE_ADMIN_TOKEN}` },
      });
      expect(ended.status).toBe(204);
      visitor.asked.length = 0;
      await tab.reload();
      expect(tab.url()).toBe(house.at('orders'));
      // Service, provider and back, each once.
      expect(visitor.asked.length).toBeLessThanOrEqual(8);
      expect(new Set(visitor.asked.slice(1, -1)).size).toBe(visitor.asked.length - 2);
    });

    it('a browser that keeps no cookies of ours reads what to do, and is not sent round', async () => {
      await visitor.close();
      const refused = { 'http://[*.]localhost,*': { setting: BLOCK } };
      const context = await launchSetUp({
        profile: { content_settings: { exceptions: { cookies: refused } } },
      });
      visitor = await startVisitor(context, isOurs);
      ({ tab } = visitor);
      await tab.goto(house.at('orders'));
      await signInAt(tab, house.corp.url, 'ada');
      expect(await code()).toBe('sign_in.browser');
      expect(await violationsOn(tab)).toEqual([]);
      expect(visitor.asked.filter((url) => url === house.at('orders'))).toHaveLength(1);
    });

    it('one that blocks cookies of third parties misses nothing', async () => {
      await visitor.close();
      const context = await launchSetUp({
        profile: { block_third_party_cookies: true, cookie_controls_mode: 1 },
      });
      visitor = await startVisitor(context, isOurs);
      ({ tab } = visitor);
      await signIn('ada');
      await tab.goto(house.at('billing'));
      expect(tab.url()).toBe(house.at('billing'));
      await signOut();
    });

    it('an old link to sign-in says that it is over', async () => {
      await tab.goto(`${house.service}/.pomerium/sign_in?pomerium_request=nonsense`);
      expect(await code()).toBe('sign_in.expired');
      expect(await violationsOn(tab)).toEqual([]);
      expect(await text()).toMatch(/dec_[0-9A-Z]{26}/);
    });

    it('a provider that does not answer is said to, and the link goes on when it does', async () => {
      // People reach it, and we do not.
      house.corp.down('/token');
      try {
        await tab.goto(house.at('orders', '/x'));
        await signInAt(tab, house.corp.url, 'ada');
        expect(await code()).toBe('issuer.unreachable');
        expect(await violationsOn(tab)).toEqual([]);
      } finally {
        house.corp.down(false);
      }
      await andFollow(tab, () => tab.getByRole('link').first().click());
      await signInAt(tab, house.corp.url, 'ada');
      expect(tab.url()).toBe(house.at('orders', '/x'));
    });

    it('the administrator signs in at the console while no provider answers', async () => {
      house.corp.down(true);
      try {
        await tab.goto(`${house.service}/console/sign-in`);
        expect(await violationsOn(tab)).toEqual([]);
        await tab.locator('input[name=admin_token]').fill(PEOPLE_ADMIN_TOKEN);
        await press(tab, 'form button');
        expect(new URL(tab.url()).pathname).toBe('/.pomerium/');
        expect(await text()).toContain('administrator');
      } finally {
        house.corp.down(false);
      }
    });
  });

  describe('a program without a browser', () => {
    it('is let in on a page that shows its code, its name and where it asked from', async () => {
      const begun = await fetch(`${house.service}/api/oauth/device`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: 'deploy tool' }),
      });
      const { user_code: userCode } = (await begun.json()) as { user_code: string };
      await tab.goto(`${house.service}/device`);
      await andFollow(tab, () => tab.getByText('Sign in with corp').click());
      await signInAt(tab, house.corp.url, 'ada');
      expect(new URL(tab.url()).pathname).toBe('/device');
      expect(await violationsOn(tab)).toEqual([]);
      await tab.locator('input[name=user_code]').fill('BCDF-GHJK');
      await press(tab, 'form button');
      expect(await tab.getByRole('button', { name: 'Approve' }).count()).toBe(0);
      expect(await text()).toContain('code');
      expect(await violationsOn(tab)).toEqual([]);
      await tab.goto(`${house.service}/device`);
      await tab.locator('input[name=user_code]').fill(userCode.toLowerCase());
      await press(tab, 'form button');
      const question = await text();
      for (const shown of [userCode, 'deploy tool', '127.0.0.1', 'ada@acme.example'])
        expect(question).toContain(shown);
      expect(await violationsOn(tab)).toEqual([]);
      await andFollow(tab, () => tab.getByRole('button', { name: 'Approve' }).click());
      expect(await text()).toContain('The program is signed in');
    });
  });
});
