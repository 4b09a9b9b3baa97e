import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type LaunchOptions } from 'playwright-core';
import { CHROMIUM } from '../setup/debian.ts';

/**
 * Debian's Chromium, for what only a browser can say: cookies, redirects, policies of content, what a page looks like.
 * It reaches this machine and nothing else: names below `localhost` and `example.test` are loopback, every other name
 * is unknown. Whoever launches it closes it; each test takes a context of its own (`browser.newContext()`, with
 * `ignoreHTTPSErrors` where a certificate is the test's own).
 */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch(OPTIONS);
}

/** One of somebody who has set it up otherwise: `preferences` as Chromium keeps them in a profile. */
export async function launchSetUp(preferences: object): Promise<BrowserContext> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-profile-'));
  await mkdir(join(folder, 'Default'));
  await writeFile(join(folder, 'Default', 'Preferences'), JSON.stringify(preferences));
  const context = await chromium.launchPersistentContext(folder, OPTIONS);
  context.on('close', () => void rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return context;
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

const OPTIONS: LaunchOptions = {
  executablePath: CHROMIUM,
  args: [
    // As root there is no sandbox, and what it opens is ours.
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--no-proxy-server',
    `--host-resolver-rules=${RESOLVER_RULES.join(',')}`,
  ],
};
