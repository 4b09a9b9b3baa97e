import type { Page, Surfer } from '../support/surfer.ts';

/** What a page of ours says to whoever looks at it. */

/** The code that a page of ours names. */
export const codeOn = ({ text }: Page): string | undefined =>
  /<code>([a-z_]+\.[a-z_]+)<\/code>/.exec(text)?.[1];
export const decisionOn = ({ text }: Page): string => /dec_[0-9A-Z]{26}/.exec(text)?.[0] ?? '';

/** Where the provider sends the browser back to, without that being opened. */
export async function callbackOf(browser: Surfer, url: string, login: string): Promise<string> {
  const until = ({ pathname }: URL) => pathname === '/oauth2/callback';
  let page = await browser.open(url);
  page = await browser.submit(page, { login, password: 'any' }, { until });
  if (page.url.pathname !== '/oauth2/callback') page = await browser.submit(page, {}, { until });
  return page.url.href;
}
