import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import type { Browser, Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageAnswer } from '../../packages/server/src/pages/page.ts';
import { samplePages } from '../../packages/server/src/pages/testing/sample-pages.ts';
import { CHROMIUM, has } from '../setup/debian.ts';
import { launchBrowser } from '../support/browser.ts';
import { servePages, type ServedPages } from '../support/served-pages.ts';

/** Where pictures go, when somebody asks for them: `npm run screenshots`. */
const PICTURES =
  process.env['COUNTERSIGN_SCREENSHOTS'] === undefined
    ? undefined
    : fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));

/** What docs/guides/pages.md shows. */
const SHOWN = new Set([
  'choice',
  'refused',
  'problem',
  'who',
  'sessions',
  'signed-out',
  'device-confirm',
  'routes',
]);
const SHOWN_DARK = new Set(['refused', 'device-confirm']);

const SAMPLES = samplePages();
/** Nowhere to break a line, as long as anybody's group or user agent. */
const LONG = samplePages(() => 'x'.repeat(300));

const pageOf = (path: string) => {
  const [, set, name = ''] = path.split('/');
  return (set === 'long' ? LONG : SAMPLES).get(name);
};

describe.skipIf(!has(CHROMIUM))('in Chromium', () => {
  let browser: Browser;
  let served: ServedPages;
  beforeAll(async () => {
    served = await servePages((path) => {
      const page = pageOf(path);
      return page && pageAnswer(page, { status: 200 });
    });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });
  const address = (path: string): string => `http://auth.localhost:${served.port}${path}`;

  describe.each(['light', 'dark'] as const)('and %s', (colorScheme) => {
    let tab: Tab;
    const complaints: string[] = [];
    beforeAll(async () => {
      tab = await browser.newPage({ colorScheme });
      tab.on('console', (message) => complaints.push(message.text()));
      tab.on('pageerror', (error) => complaints.push(error.message));
    });
    afterAll(() => tab?.close());

    it.each([...SAMPLES.keys()])(
      'the page %s is accessible, and complains and asks of nothing',
      async (name) => {
        complaints.length = 0;
        served.asked.length = 0;
        await tab.setViewportSize({ width: 640, height: 700 });
        await tab.goto(address(`/as-is/${name}`));
        await takePicture(tab, name, colorScheme);
        expect(await violationsOf(tab, colorScheme)).toEqual([]);
        expect(complaints).toEqual([]);
        expect(served.asked.map(({ line }) => line)).toEqual([`GET /as-is/${name}`]);
      },
    );
  });

  describe('of 320 pixels', () => {
    let tab: Tab;
    beforeAll(async () => {
      tab = await browser.newPage({ viewport: { width: 320, height: 200 } });
    });
    afterAll(() => tab?.close());

    it.each([...SAMPLES.keys()])('the page %s fits, also with words that do not end', async (name) => {
      for (const set of ['as-is', 'long']) {
        await tab.goto(address(`/${set}/${name}`));
        expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(320);
      }
    });
  });

  it('the style of the house applies, in the scheme that is preferred', async () => {
    const tab = await browser.newPage();
    await tab.goto(address('/as-is/who'));
    const grounds: unknown[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await tab.emulateMedia({ colorScheme });
      grounds.push(await tab.evaluate('getComputedStyle(document.body).backgroundColor'));
    }
    expect(grounds).toEqual(['rgb(243, 244, 246)', 'rgb(15, 19, 23)']);
    await tab.close();
  });

  it('everything is reached by the keyboard, in order, and shows that it is', async () => {
    const tab = await browser.newPage();
    await tab.goto(address('/as-is/device-confirm'));
    for (const label of ['Approve', 'Deny']) {
      await tab.keyboard.press('Tab');
      const reached =
        '[document.activeElement.textContent, getComputedStyle(document.activeElement).outlineStyle]';
      expect(await tab.evaluate(reached)).toEqual([label, 'solid']);
    }
    await tab.close();
  });
});

/** WCAG 2 at the levels A and AA, and what else is held to be good. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** In the dark, nothing but the colours is another page. What a test evaluates is not under the policy of content. */
async function violationsOf(tab: Tab, scheme: string): Promise<unknown> {
  await tab.evaluate(axe.source);
  const runOnly = JSON.stringify(scheme === 'dark' ? ['color-contrast'] : RULES);
  const found = await tab.evaluate<axe.AxeResults>(`axe.run(document, { runOnly: ${runOnly} })`);
  expect(found.passes.length).toBeGreaterThan(0);
  return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}

/** What a window of 640 by 700 shows of it. */
async function takePicture(tab: Tab, name: string, scheme: string): Promise<void> {
  const isDark = scheme === 'dark';
  if (PICTURES === undefined || !(isDark ? SHOWN_DARK : SHOWN).has(name)) return;
  await mkdir(PICTURES, { recursive: true });
  const bottom = await tab.evaluate<number>('Math.ceil(document.body.getBoundingClientRect().bottom)');
  const clip = { x: 0, y: 0, width: 640, height: Math.min(bottom, 700) };
  await tab.screenshot({ path: `${PICTURES}${name}${isDark ? '-dark' : ''}.png`, clip });
}
