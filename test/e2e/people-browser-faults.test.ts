import { describe, expect, it } from 'vitest';
import { fileId } from '../../packages/server/src/snapshot/file-id.ts';
import { CHROMIUM, has } from '../setup/debian.ts';
import { launchSetUp } from '../support/browser.ts';
import { PEOPLE_ADMIN_TOKEN } from '../support/people-house.ts';
import { andFollow, press, signInAt, violationsOn } from '../support/visitor.ts';
import { chromiumPeople } from './chromium-people.ts';

/** Of Chromium's settings of content. */
const BLOCK = 2;

/** What goes wrong on the way, and programs that people let in, with a real browser. */
describe.skipIf(!has(CHROMIUM))('in Chromium', () => {
  const on = chromiumPeople();

  describe('what goes wrong', () => {
    it('a session that an administrator ended is begun anew by the next page, and nobody goes round', async () => {
      await on.signIn('kay');
      const whose = `issuerId=${fileId('idp', 'corp', on.house.corp.url)}&subject=kay`;
      const ended = await fetch(`${on.house.service}/api/user/sessions?${whose}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${PEOPLE_ADMIN_TOKEN}` },
      });
      expect(ended.status).toBe(204);
      on.visitor.asked.length = 0;
      await on.tab.reload();
      expect(on.tab.url()).toBe(on.house.at('orders'));
      // Service, provider and back, each once.
      expect(on.visitor.asked.length).toBeLessThanOrEqual(8);
      expect(new Set(on.visitor.asked.slice(1, -1)).size).toBe(on.visitor.asked.length - 2);
    });

    it('a browser that keeps no cookies of ours reads what to do, and is not sent round', async () => {
      const refused = { 'http://[*.]localhost,*': { setting: BLOCK } };
      const context = await launchSetUp({
        profile: { content_settings: { exceptions: { cookies: refused } } },
      });
      await on.moveTo(context);
      await on.tab.goto(on.house.at('orders'));
      await signInAt(on.tab, on.house.corp.url, 'ada');
      expect(await on.code()).toBe('sign_in.browser');
      expect(await violationsOn(on.tab)).toEqual([]);
      expect(on.visitor.asked.filter((url) => url === on.house.at('orders'))).toHaveLength(1);
    });

    it('one that blocks cookies of third parties misses nothing', async () => {
      const context = await launchSetUp({
        profile: { block_third_party_cookies: true, cookie_controls_mode: 1 },
      });
      await on.moveTo(context);
      await on.signIn('ada');
      await on.tab.goto(on.house.at('billing'));
      expect(on.tab.url()).toBe(on.house.at('billing'));
      await on.signOut();
    });

    it('an old link to sign-in says that it is over', async () => {
      await on.tab.goto(`${on.house.service}/.pomerium/sign_in?pomerium_request=nonsense`);
      expect(await on.code()).toBe('sign_in.expired');
      expect(await violationsOn(on.tab)).toEqual([]);
      expect(await on.text()).toMatch(/dec_[0-9A-Z]{26}/);
    });

    it('a provider that does not answer is said to, and the link goes on when it does', async () => {
      // People reach it, and we do not.
      on.house.corp.down('/token');
      try {
        await on.tab.goto(on.house.at('orders', '/x'));
        await signInAt(on.tab, on.house.corp.url, 'ada');
        expect(await on.code()).toBe('issuer.unreachable');
        expect(await violationsOn(on.tab)).toEqual([]);
      } finally {
        on.house.corp.down(false);
      }
      await andFollow(on.tab, () => on.tab.getByRole('link').first().click());
      await signInAt(on.tab, on.house.corp.url, 'ada');
      expect(on.tab.url()).toBe(on.house.at('orders', '/x'));
    });

    it('the administrator signs in at the console while no provider answers', async () => {
      on.house.corp.down(true);
      try {
        await on.tab.goto(`${on.house.service}/console/sign-in`);
        expect(await violationsOn(on.tab)).toEqual([]);
        await on.tab.locator('input[name=admin_token]').fill(PEOPLE_ADMIN_TOKEN);
        await press(on.tab, 'form button');
        expect(new URL(on.tab.url()).pathname).toBe('/.pomerium/');
        expect(await on.text()).toContain('administrator');
      } finally {
        on.house.corp.down(false);
      }
    });
  });

  describe('a program without a browser', () => {
    it('is let in on a page that shows its code, its name and where it asked from', async () => {
      const begun = await fetch(`${on.house.service}/api/oauth/device`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: 'deploy tool' }),
      });
      const { user_code: userCode } = (await begun.json()) as { user_code: string };
      await on.tab.goto(`${on.house.service}/device`);
      await andFollow(on.tab, () => on.tab.getByText('Sign in with corp').click());
      await signInAt(on.tab, on.house.corp.url, 'ada');
      expect(new URL(on.tab.url()).pathname).toBe('/device');
      expect(await violationsOn(on.tab)).toEqual([]);
      await on.tab.locator('input[name=user_code]').fill('BCDF-GHJK');
      await press(on.tab, 'form button');
      expect(await on.tab.getByRole('button', { name: 'Approve' }).count()).toBe(0);
      expect(await on.text()).toContain('code');
      expect(await violationsOn(on.tab)).toEqual([]);
      await on.tab.goto(`${on.house.service}/device`);
      await on.tab.locator('input[name=user_code]').fill(userCode.toLowerCase());
      await press(on.tab, 'form button');
      const question = await on.text();
      for (const shown of [userCode, 'deploy tool', '127.0.0.1', 'ada@acme.example'])
        expect(question).toContain(shown);
      expect(await violationsOn(on.tab)).toEqual([]);
      await andFollow(on.tab, () => on.tab.getByRole('button', { name: 'Approve' }).click());
      expect(await on.text()).toContain('The program is signed in');
    });
  });
});
