import { chromium, type Browser } from 'playwright-core';
import { CHROMIUM } from '../setup/debian.ts';

/**
 * Debian's Chromium, for what only a browser can say: cookies, redirects, policies of content, what a page looks like.
 * It reaches this machine and nothing else: names below `localhost` and `example.test` are loopback, every other name
 * is unknown. Whoever launches it closes it; each test takes a context of its own (`browser.newContext()`, with
 * `ignoreHTTPSErrors` where a certificate is the test's own).
 */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      // As root there is no sandbox, and what it opens is ours.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--no-proxy-server',
      `--host-resolver-rules=${RESOLVER_RULES.join(',')}`,
    ],
  });
}

/** The first that fits counts, exclusions before all. Addresses are names to it too. */
const RESOLVER_RULES = [
  'MAP localhost 127.0.0.1',
  'MAP *.localhost 127.0.0.1',
  'MAP example.test 127.0.0.1',
  'MAP *.example.test 127.0.0.1',
  'MAP * ~NOTFOUND',
  'EXCLUDE 127.0.0.1',
];
