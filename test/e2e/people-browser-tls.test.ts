import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, has } from '../setup/debian.ts';
import { launchBrowser } from '../support/browser.ts';
import { makeCertificate } from '../support/certificates.ts';
import { freePort, startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { SESSION_CLIENT, startSessionProvider, type SessionProvider } from '../support/session-provider.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';
import { signInAt, startVisitor } from '../support/visitor.ts';

/** As in production: everything of ours over TLS, and what a browser then keeps. */
describe.skipIf(!has(CHROMIUM))('in Chromium, over TLS', () => {
  let browser: Browser;
  let provider: SessionProvider;
  let upstream: TestUpstream;
  let server: ServerProcess;
  let folder: string;
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    folder = await mkdtemp(join(tmpdir(), 'people-tls-'));
    const { cert, key } = makeCertificate({ names: ['localhost', 'orders.localhost', 'billing.localhost'] });
    await writeFile(join(folder, 'server.pem'), cert);
    await writeFile(join(folder, 'server.key'), key, { mode: 0o600 });
    [provider, upstream] = await Promise.all([
      startSessionProvider({ redirectUri: `https://localhost:${port}/oauth2/callback` }),
      startUpstream(),
    ]);
    server = await startServerProcess(JSON.stringify(configuration()));
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
    await Promise.all([provider?.close(), upstream?.close()]);
    await rm(folder, { recursive: true });
  });

  const at = (name: string): string => `https://${name}.localhost:${port}`;
  const configuration = (): object => ({
    listen: `127.0.0.1:${port}`,
    url: `https://localhost:${port}`,
    tls: { certificates: [{ cert: join(folder, 'server.pem'), key: join(folder, 'server.key') }] },
    storage: 'sqlite:countersign.db',
    allow_private_issuers: true,
    organizations: [{ name: 'acme' }],
    identity_providers: [
      {
        name: 'corp',
        issuer: provider.url,
        client_id: SESSION_CLIENT.id,
        client_secret: SESSION_CLIENT.secret,
        organizations: ['acme'],
      },
    ],
    routes: ['orders', 'billing'].map((name) => ({
      name,
      from: at(name),
      to: upstream.url,
      organizations: ['acme'],
      allow_any_authenticated_user: true,
    })),
  });

  it('each host keeps one cookie of its own, that no other host, no script and no plain request gets', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const visitor = await startVisitor(context, (host) => host.endsWith(`localhost:${port}`));
    await visitor.tab.goto(`${at('orders')}/x`);
    await signInAt(visitor.tab, provider.url, 'ada');
    await visitor.tab.goto(`${at('billing')}/y`);
    expect(visitor.tab.url()).toBe(`${at('billing')}/y`);
    for (const host of [at('orders'), at('billing'), `https://localhost:${port}`]) {
      const cookies = await context.cookies(host);
      const names = cookies.map(({ name }) => name);
      // Where people sign in, what answers the back button stays for some minutes.
      if (host !== `https://localhost:${port}`) expect(names).toEqual(['__Host-_countersign']);
      expect(names).toContain('__Host-_countersign');
      for (const { name, value: _, expires: __, ...kept } of cookies) {
        expect(name).toMatch(/^__Host-_countersign(?:_s_[0-9a-f]+)?$/);
        const { hostname: domain } = new URL(host);
        expect(kept).toEqual({ domain, path: '/', httpOnly: true, secure: true, sameSite: 'Lax' });
      }
    }
    expect(await visitor.tab.evaluate('document.cookie')).toBe('');
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });
});
