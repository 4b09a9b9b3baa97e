import { describe, expect, it } from 'vitest';
import { CHROMIUM, has } from '../setup/debian.ts';
import { andFollow, signInAt, violationsOn } from '../support/visitor.ts';
import { chromiumPeople } from './chromium-people.ts';

/** What people do, with a real browser's cookies, history and policies of content. */
describe.skipIf(!has(CHROMIUM))('in Chromium', () => {
  const on = chromiumPeople();

  describe('signing in', () => {
    it('leads back to where it began, and opens the next service without a question', async () => {
      await on.signIn('ada', on.house.at('orders', '/deep?q=1'));
      expect(await on.text()).toContain('"/deep?q=1"');
      on.visitor.asked.length = 0;
      await on.tab.goto(on.house.at('billing', '/x'));
      expect(on.tab.url()).toBe(on.house.at('billing', '/x'));
      expect(on.visitor.asked.filter((url) => url.startsWith(on.house.corp.url))).toEqual([]);
      const cookies = await on.visitor.context.cookies(on.house.at('orders'));
      expect(cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite])).toEqual([
        ['_countersign', true, 'Lax'],
      ]);
    });

    it('in two tabs at once ends both where they began', async () => {
      const other = await on.visitor.context.newPage();
      await on.tab.goto(on.house.at('orders', '/one'));
      await other.goto(on.house.at('billing', '/other'));
      await signInAt(on.tab, on.house.corp.url, 'ada');
      await signInAt(other, on.house.corp.url, 'ada');
      expect([on.tab.url(), other.url()]).toEqual([
        on.house.at('orders', '/one'),
        on.house.at('billing', '/other'),
      ]);
    });

    it('is not gone through again by the back button', async () => {
      await on.tab.goto(on.house.at('open'));
      await on.signIn('ada', on.house.at('orders', '/deep'));
      on.visitor.asked.length = 0;
      await on.tab.goBack();
      // Whatever page of the way in it is, it leads on, and once.
      expect(on.visitor.asked.length).toBeLessThanOrEqual(4);
      expect(new Set(on.visitor.asked).size).toBe(on.visitor.asked.length);
      await on.tab.goto(on.house.at('orders', '/deep'));
      expect(on.tab.url()).toBe(on.house.at('orders', '/deep'));
    });

    it('is at the provider that is chosen', async () => {
      await on.tab.goto(on.house.at('shared', '/x'));
      expect(await violationsOn(on.tab)).toEqual([]);
      await andFollow(on.tab, () => on.tab.getByText('Sign in with partner').click());
      await signInAt(on.tab, on.house.partner.url, 'lin');
      expect(on.tab.url()).toBe(on.house.at('shared', '/x'));
    });

    it('that policy does not let in reads so, under an id', async () => {
      await on.tab.goto(on.house.at('reports'));
      await signInAt(on.tab, on.house.corp.url, 'ada');
      expect(await on.text()).toMatch(/dec_[0-9A-Z]{26}/);
      expect(await violationsOn(on.tab)).toEqual([]);
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
      await on.visitor.context.addCookies(planted);
      await on.signIn('ada');
      expect(await on.text()).toContain('x-pomerium-jwt-assertion');
    });
  });

  describe('a page of the service', () => {
    it('opens its WebSocket, and that of another site does not', async () => {
      await on.signIn('ada', on.house.at('live', '/page'));
      await expect.poll(() => on.tab.title()).toBe('open');
      expect(on.live.handshakes).toEqual([`http://live.localhost:${on.house.port}`]);
      await on.tab.goto(on.house.at('pages', `/page?to=on.live.localhost:${on.house.port}`));
      await expect.poll(() => on.tab.title()).toBe('refused');
      expect(on.live.handshakes).toHaveLength(1);
      expect(on.visitor.complaints.splice(0)).toEqual([expect.stringContaining('WebSocket')]);
    });
  });

  describe('signing out', () => {
    it('ends all services and the session at the provider', async () => {
      await on.signIn('ada');
      await on.tab.goto(on.house.at('billing'));
      await on.signOut();
      expect(await violationsOn(on.tab)).toEqual([]);
      for (const name of ['orders', 'billing']) {
        await on.tab.goto(on.house.at(name));
        expect(await on.tab.locator('input[name=login]').isVisible(), name).toBe(true);
      }
    });

    it('leaves nothing for the back button', async () => {
      await on.signIn('ada');
      const who = await on.tab.goto(`${on.house.service}/.pomerium/`);
      expect(await on.text()).toContain('ada@acme.example');
      expect(await violationsOn(on.tab)).toEqual([]);
      expect(who?.headers()['cache-control']).toBe('no-store');
      await on.signOut();
      const seen: string[] = [];
      for (let step = 0; step < 4; step += 1) {
        await on.tab.goBack();
        seen.push(new URL(on.tab.url()).pathname);
        expect(await on.text(), on.tab.url()).not.toContain('ada@acme.example');
      }
      expect(seen.some((path) => path !== '/.pomerium/signed_out')).toBe(true);
    });

    it('of one session is done from the list of one’s own', async () => {
      const elsewhere = await on.another();
      await elsewhere.tab.goto(on.house.at('orders'));
      await signInAt(elsewhere.tab, on.house.corp.url, 'hedy');
      await on.signIn('hedy');
      await on.tab.goto(`${on.house.service}/.pomerium/sessions`);
      expect(await violationsOn(on.tab)).toEqual([]);
      const ends = on.tab.locator('form[action="/.pomerium/sessions/end"] button');
      expect(await ends.count()).toBe(2);
      // The newest comes first, and is this one.
      await andFollow(on.tab, () => ends.last().click());
      expect(await ends.count()).toBe(1);
      await on.tab.goto(on.house.at('orders'));
      expect(on.tab.url()).toBe(on.house.at('orders'));
      elsewhere.asked.length = 0;
      await elsewhere.tab.reload();
      expect(elsewhere.asked.some((url) => url.startsWith(on.house.corp.url))).toBe(true);
      await elsewhere.close();
    });
  });
});
