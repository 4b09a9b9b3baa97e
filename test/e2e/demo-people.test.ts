import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemo, type RunningDemo } from '@countersign/demo';
import { startSurfing, type Page, type Surfer } from '../support/surfer.ts';

/** The page that the demo says to open: people sign in at its provider, and come to the service, or do not. */
let demo: RunningDemo;

beforeAll(async () => {
  const started = await startDemo();
  if (!started.ok) throw new Error(JSON.stringify(started.error));
  demo = started.value;
});
afterAll(() => demo.close());

async function signIn(browser: Surfer, name: string): Promise<Page> {
  const page = await browser.open(`${demo.protected}/api/orders`);
  expect(page.url.origin).toBe(demo.identityProvider);
  const link = new RegExp(`href="([^"]*)">${name}<`).exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  return browser.open(link);
}

describe('the demo, in a browser', () => {
  it('lets Ada in, and out again', async () => {
    const browser = startSurfing();
    const there = await signIn(browser, 'Ada');
    expect([there.status, there.url.href]).toEqual([200, `${demo.protected}/api/orders`]);
    expect(there.text).toContain('x-pomerium-jwt-assertion');
    const who = await browser.open(`${demo.service}/.pomerium/`);
    expect(who.text).toContain('ada@acme.example');
    const question = await browser.open(`${demo.service}/.pomerium/sign_out`);
    const out = await browser.submit(question, {});
    expect([out.status, out.url.href.split('?')[0]]).toEqual([200, `${demo.service}/.pomerium/signed_out`]);
    expect((await browser.open(`${demo.protected}/api/orders`)).url.origin).toBe(demo.identityProvider);
  });

  it.each(['A Visitor', 'Eve'])('does not let %s in, and says so on a page', async (name) => {
    const page = await signIn(startSurfing(), name);
    expect(page.status).toBe(403);
    expect(page.text).toMatch(/dec_[0-9A-Z]{26}/);
  });
});
