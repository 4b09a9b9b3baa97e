import axe from 'axe-core';
import type { BrowserContext, Page as Tab } from 'playwright-core';

/** Somebody with a real browser, cookies of their own, and an eye on what our pages do there. */
export interface Visitor {
  readonly tab: Tab;
  readonly context: BrowserContext;
  /** Addresses of documents that were asked for, redirects among them; emptied by whoever counts. */
  readonly asked: string[];
  /** What the console said of pages of ours, faults of scripts, requests to other machines; emptied by whoever meant it. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** `isOurs`: whether a host is one of ours. */
export async function startVisitor(
  context: BrowserContext,
  isOurs: (host: string) => boolean,
): Promise<Visitor> {
  const asked: string[] = [];
  const complaints: string[] = [];
  const ours = (url: string): boolean => isOurs(new URL(url).host);
  const isOwn = (url: string): boolean => url.startsWith('data:') || ours(url);
  context.on('request', (request) => {
    if (request.isNavigationRequest()) asked.push(request.url());
    else if (ours(request.frame().url()) && !isOwn(request.url())) complaints.push(request.url());
  });
  context.on('console', (message) => {
    const from = message.location().url;
    // That a page was answered with 403 is said on the page itself.
    if (message.text().startsWith('Failed to load resource')) return;
    if (from !== '' && ours(from)) complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  const tab = await context.newPage();
  return { tab, context, asked, complaints, close: () => context.close() };
}

/** Does something that leads elsewhere, and waits until another document is there. */
export async function andFollow(tab: Tab, act: () => Promise<unknown>): Promise<void> {
  const left = tab.waitForEvent('domcontentloaded');
  await act();
  await left;
  await tab.waitForLoadState();
}

/** Presses the first button that fits, and waits for where it leads. */
export function press(tab: Tab, selector: string): Promise<void> {
  return andFollow(tab, () => tab.locator(selector).first().click());
}

/** Fills in whatever the provider asks, and comes back. `provider`: its origin. */
export async function signInAt(tab: Tab, provider: string, login: string): Promise<void> {
  for (let step = 0; step < 4 && new URL(tab.url()).origin === provider; step += 1) {
    if (await tab.locator('input[name=login]').isVisible()) {
      await tab.locator('input[name=login]').fill(login);
      await tab.locator('input[name=password]').fill('any');
    }
    await press(tab, 'button[type=submit]');
  }
}

/** WCAG 2 at the levels A and AA. What a test evaluates is not under the policy of content. */
export async function violationsOn(tab: Tab): Promise<readonly unknown[]> {
  await tab.evaluate(axe.source);
  const runOnly = JSON.stringify(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
  const found = await tab.evaluate<axe.AxeResults>(`axe.run(document, { runOnly: ${runOnly} })`);
  if (found.passes.length === 0) throw new Error(`nothing was looked at on ${tab.url()}`);
  return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}
