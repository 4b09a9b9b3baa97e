import type { Browser, Page as Tab } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deviceConfirmPage } from '../../packages/server/src/pages/device-confirm-page.ts';
import { pageAnswer } from '../../packages/server/src/pages/page.ts';
import { routesPage } from '../../packages/server/src/pages/routes-page.ts';
import { signOutPage } from '../../packages/server/src/pages/sign-out-page.ts';
import { signedOutPage } from '../../packages/server/src/pages/signed-out-page.ts';
import { samplePages } from '../../packages/server/src/pages/testing/sample-pages.ts';
import { CHROMIUM, has } from '../setup/debian.ts';
import { launchBrowser } from '../support/browser.ts';
import { servePages, type ServedPages } from '../support/served-pages.ts';

const MARKUP = `"'><script>document.title='run'</script><img src="/loaded" onerror="document.title='run'">`;
const HOSTILE = samplePages(() => MARKUP);

const CONFIRM = deviceConfirmPage({
  action: '/device/decide',
  code: 'BCDF-GHJK',
  client: 'curl',
  address: '192.0.2.17',
  requestedAt: 0,
  person: 'alice',
});
const MANY = routesPage({
  action: '/.pomerium/routes',
  routes: Array.from({ length: 12 }, (_each, at) => ({ name: `r${at}`, from: `https://r${at}.example` })),
});
const SIGN_OUT = signOutPage({ action: '/sign_out' });

describe.skipIf(!has(CHROMIUM))('a page in Chromium', () => {
  let browser: Browser;
  let served: ServedPages;
  let tab: Tab;
  const origin = (host: string): string => `http://${host}:${served.port}`;

  beforeAll(async () => {
    served = await servePages(
      (path) => {
        if (path === '/confirm') return pageAnswer(CONFIRM, { status: 200 });
        if (path.startsWith('/.pomerium/routes')) return pageAnswer(MANY, { status: 200 });
        if (path === '/sign_out') return pageAnswer(SIGN_OUT, { status: 200 });
        if (path === '/end_session') return pageAnswer(signedOutPage({ provider: 'ended' }), { status: 200 });
        const formOrigins = [origin('idp.example.test')];
        if (path === '/sign_out_at_provider') return pageAnswer(SIGN_OUT, { status: 200, formOrigins });
        const page = HOSTILE.get(path.slice('/hostile/'.length));
        return page && pageAnswer(page, { status: 200 });
      },
      (path) => (path === '/sign_out' ? `${origin('idp.example.test')}/end_session` : undefined),
    );
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });
  beforeEach(async () => {
    tab = await browser.newPage();
    served.asked.length = 0;
  });
  afterEach(() => tab.close());

  it('sends its form with the Origin that it has', async () => {
    await tab.goto(`${origin('auth.localhost')}/confirm`);
    const sent = tab.waitForRequest((request) => request.method() === 'POST');
    await tab.getByRole('button', { name: 'Deny' }).click();
    expect((await sent).postData()).toBe('user_code=BCDF-GHJK&decision=deny');
    await expect
      .poll(() => served.asked.at(-1))
      .toEqual({ line: 'POST /device/decide', origin: origin('auth.localhost') });
  });

  it('looks for something by an address, without a script', async () => {
    await tab.goto(`${origin('auth.localhost')}/.pomerium/routes`);
    await tab.getByRole('searchbox').fill('a "b" & c');
    await tab.getByRole('button', { name: 'Find' }).click();
    await expect.poll(() => new URL(tab.url()).searchParams.get('q')).toBe('a "b" & c');
    expect(new URL(tab.url()).pathname).toBe('/.pomerium/routes');
  });

  it('is not led to another site by the answer to its form', async () => {
    await tab.goto(`${origin('auth.localhost')}/sign_out`);
    const blocked = tab.waitForEvent('console');
    await tab.getByRole('button').click();
    expect((await blocked).text()).toContain('form-action');
    expect(tab.url()).toBe(`${origin('auth.localhost')}/sign_out`);
    expect(served.asked.map(({ line }) => line)).not.toContain('GET /end_session');
  });

  it('is led to the site that it was said to lead to', async () => {
    await tab.goto(`${origin('auth.localhost')}/sign_out_at_provider`);
    await tab.getByRole('button').click();
    await expect.poll(() => tab.url()).toBe(`${origin('idp.example.test')}/end_session`);
  });

  it('shows what others wrote, and does nothing of it', async () => {
    for (const name of HOSTILE.keys()) {
      await tab.goto(`${origin('auth.localhost')}/hostile/${name}`);
      expect(await tab.evaluate('document.querySelectorAll("script, img").length'), name).toBe(0);
      expect(await tab.title(), name).not.toBe('run');
    }
    expect(served.asked.map(({ line }) => line)).toEqual(
      [...HOSTILE.keys()].map((name) => `GET /hostile/${name}`),
    );
  });
});

describe.skipIf(!has(CHROMIUM))('the browser of the tests', () => {
  it('reaches this machine by every name of a test, and nothing else', async () => {
    const served = await servePages(() => ({ status: 200, headers: {}, body: 'here' }));
    const browser = await launchBrowser();
    const tab = await browser.newPage();
    for (const host of ['localhost', 'orders.localhost', 'idp.example.test', '127.0.0.1']) {
      expect((await tab.goto(`http://${host}:${served.port}/`))?.status()).toBe(200);
    }
    for (const host of ['example.com', '127.0.0.2', '[::1]']) {
      await expect(tab.goto(`http://${host}:${served.port}/`)).rejects.toThrow('ERR_NAME_NOT_RESOLVED');
    }
    await browser.close();
    await served.close();
  });
});
