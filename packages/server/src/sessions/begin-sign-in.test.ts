import type { HeaderLine } from '@countersign/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { house, provider } from '../programmatic/testing/people.ts';
import { beginSignIn, MAX_NONCES, noncesOf, originOf, type BeginDeps } from './begin-sign-in.ts';
import { openSignInRequest } from './sign-in-request.ts';
import { startBrowsers, type Browsers } from './testing/house.ts';

const AT = { sessionCookie: '_countersign', scheme: 'https' } as const;
const cookies = (length: number): readonly HeaderLine[] => [
  ['Cookie', Array.from({ length }, (_each, at) => `__Host-_countersign_n_${at}=nonce-${at}`).join('; ')],
];

describe('the nonces of a browser', () => {
  it('are so many that are looked at, whatever somebody writes into his own', () => {
    expect(noncesOf(cookies(MAX_NONCES), AT)).toHaveLength(MAX_NONCES);
    const looked = noncesOf(cookies(MAX_NONCES + 1), AT);
    expect(looked).toHaveLength(MAX_NONCES);
    expect(looked).not.toContain(`nonce-${MAX_NONCES}`);
  });

  it('are those of this host: another name, another prefix and a name that came twice are none', () => {
    const line =
      '_countersign_n_0=a; __Host-_other_n_0=b; __Host-_countersign_n_1=c; __Host-_countersign_n_1=d';
    expect(noncesOf([['Cookie', line]], AT)).toEqual([]);
  });
});

describe('a browser that is sent to sign in', () => {
  let browsers: Browsers;
  let deps: BeginDeps;
  beforeAll(async () => {
    const routes = [
      {
        name: 'app',
        from: 'https://app.example',
        to: 'http://127.0.0.1:9',
        organizations: ['acme'],
        allow_any_authenticated_user: true,
      },
    ];
    browsers = await startBrowsers({ ...house([provider()]), routes });
    const { snapshot, clock, keys } = browsers.deps;
    deps = { snapshot, clock, redirects: keys.sealing.redirect };
  });
  afterAll(() => browsers.people.close());

  it('comes back to the origin where it was, whatever it asked for there', () => {
    const target = fc.oneof(
      fc.string().map((text) => `/${text}`),
      fc
        .tuple(fc.constantFrom('//', '/@', '/\\', '/:80', '/..//'), fc.webUrl())
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(target, fc.constantFrom(undefined, 8443), (asked, port) => {
        const place = { host: 'app.example', scheme: 'https', ...(port !== undefined && { port }) } as const;
        const begun = beginSignIn(deps, { ...place, target: asked });
        const sealed = begun?.location.split('pomerium_request=')[1] ?? '';
        const now = Math.floor(deps.clock.now() / 1000);
        const { request } = openSignInRequest(deps.redirects, sealed, now) ?? {};
        expect(new URL(request?.returnTo ?? '').origin).toBe(originOf(place));
        // Nothing of what was asked for is to be read off the address, or could end a header of it.
        expect(begun?.location).toMatch(/^https:\/\/[!-~]+\/\.pomerium\/sign_in\?pomerium_request=[\w-]+$/);
        expect(begun?.cookie).toMatch(/^[!-~ ]+$/);
      }),
      { numRuns: 300 },
    );
  });
});
