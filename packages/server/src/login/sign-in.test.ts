import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { house } from '../programmatic/testing/people.ts';
import { DEVICE, NONCE } from '../sessions/testing/house.ts';
import { signInLocation } from './own-place.ts';
import { MAX_ATTEMPTS } from './kept-attempts.ts';
import { askedBy } from './testing/asked.ts';
import { ADMIN_TOKEN, locationOf, problemOf, startLogin, TWO, type LoginRig } from './testing/rig.ts';

let rig: LoginRig;
beforeEach(async () => {
  rig = await startLogin();
});
afterEach(() => rig.close());

async function withTwo(): Promise<void> {
  await rig.close();
  rig = await startLogin(TWO);
}
const later = (seconds: number) => {
  rig.browsers.people.time.now += seconds * 1000;
};
const attemptsOf = (cookies: Map<string, string>) =>
  [...cookies.keys()].filter((name) => name.includes('_s_'));

describe('a sign-in', () => {
  it('goes to the one provider without a page, bound to this browser by a cookie of this host alone', async () => {
    const answer = await rig.browser().get('/.pomerium/sign_in');
    expect(locationOf(answer)).toContain('https://corp.idp.example/?state=');
    expect(new URL(locationOf(answer)).searchParams.get('redirect_uri')).toBe(
      'https://cs.example/oauth2/callback',
    );
    expect(answer.cookies).toHaveLength(1);
    expect(answer.cookies?.[0]).toMatch(
      /^__Host-_countersign_s_[0-9a-f]{8}=.*; Max-Age=3600; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  });

  it('of which two never share a state', async () => {
    const browser = rig.browser();
    expect(await browser.begin()).not.toBe(await browser.begin());
  });

  it('keeps five attempts at most, and the newest', async () => {
    const browser = rig.browser();
    for (let count = 0; count < MAX_ATTEMPTS + 3; count += 1) {
      later(1);
      await browser.begin();
    }
    expect(attemptsOf(browser.cookies)).toHaveLength(MAX_ATTEMPTS);
    const state = await browser.begin();
    expect(locationOf(await browser.get(`/oauth2/callback?code=c&state=${state}`))).toBe('/.pomerium/');
  });

  it('says so when the provider does not answer, and when trying again makes sense', async () => {
    rig.idp.fails('unreachable', 'begin');
    const answer = await rig.browser().get(askedBy(rig));
    expect(problemOf(answer)).toBe('503 issuer.unreachable');
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.body).toContain('https://app.example/page?q=1');
  });

  it('ends at a page where no provider is there', async () => {
    await rig.close();
    rig = await startLogin(house([]));
    expect(problemOf(await rig.browser().get('/.pomerium/sign_in'))).toBe('403 policy.refused');
  });

  it('of an address that is longer than a browser keeps is refused before it begins', async () => {
    const target = askedBy(rig, 'app.example', { returnTo: `https://app.example/${'a'.repeat(4000)}` });
    expect(problemOf(await rig.browser().get(target))).toBe('413 request.too_large');
  });
});

describe('which provider', () => {
  beforeEach(withTwo);

  it('is for the person to say where several fit, each by a sealed link that goes on to the same place', async () => {
    const browser = rig.browser();
    const page = await browser.get(askedBy(rig));
    expect(page.status).toBe(200);
    expect(page.body).toContain('app.example');
    const links = [...page.body.matchAll(/href="([^"]+idp=[^"]+)"/g)].map(([, href = '']) =>
      href.replaceAll('&amp;', '&'),
    );
    expect(links).toHaveLength(2);
    expect(locationOf(await browser.get(links[1] ?? ''))).toContain('https://two.idp.example/');
    expect(locationOf(await browser.signIn(links[1]))).toContain('https://app.example/.pomerium/callback/');
    expect(rig.idp.finished[0]?.provider).toBe('two');
  });

  it('is the one that the route names', async () => {
    expect(locationOf(await rig.browser().get(askedBy(rig, 'two.example')))).toContain(
      'https://two.idp.example/',
    );
  });

  it('is never one that does not fit, whatever the link says', async () => {
    const location = locationOf(await rig.browser().get(`${askedBy(rig, 'two.example')}&idp=one`));
    expect(location).toContain('https://two.idp.example/');
  });

  it('that nobody knows by that name gives the choice, and repeats nothing', async () => {
    const page = await rig.browser().get('/.pomerium/sign_in?idp=evil%22%3E');
    expect(page.status).toBe(200);
    expect(page.body).not.toContain('evil');
  });

  it('is asked for again where the session is of another than fits', async () => {
    const browser = rig.browser();
    await browser.signIn('/.pomerium/sign_in?idp=one');
    expect(locationOf(await browser.get(askedBy(rig)))).toContain('https://app.example/');
    expect(locationOf(await browser.get(askedBy(rig, 'two.example')))).toContain('https://two.idp.example/');
  });
});

describe('somebody who is signed in', () => {
  it('goes on without the provider, by a code for that host and the nonce of that browser', async () => {
    const browser = rig.browser();
    await browser.signIn();
    const location = new URL(locationOf(await browser.get(askedBy(rig, 'app.example', { port: 8443 }))));
    expect(location.origin + location.pathname).toBe('https://app.example:8443/.pomerium/callback/');
    const code = location.searchParams.get('pomerium_code') ?? '';
    const by = { host: 'app.example', nonces: [NONCE], device: DEVICE };
    const redeemed = await rig.browsers.sessions.redeem(code, by);
    expect(redeemed.ok && redeemed.value.returnTo).toBe('https://app.example/page?q=1');
  });

  it('goes back to the route when its nonce is over by now, which gives another', async () => {
    const browser = rig.browser();
    const state = await browser.begin(askedBy(rig));
    later(600);
    expect(locationOf(await browser.get(`/oauth2/callback?code=c&state=${state}`))).toBe(
      'https://app.example/page?q=1',
    );
  });

  it('gives a program a value for that host alone, at the address that was sealed', async () => {
    const browser = rig.browser();
    await browser.signIn();
    const redirectUri = 'http://localhost:8000/back?x=1';
    const target = askedBy(rig, 'app.example', { kind: 'program', nonceHash: '', redirectUri });
    const location = new URL(locationOf(await browser.get(target)));
    expect(location.href.startsWith(`${redirectUri}&pomerium_jwt=`)).toBe(true);
    const presented = await rig.browsers.process.present(location.searchParams.get('pomerium_jwt') ?? '');
    expect(presented.state === 'live' && presented.token.resources).toEqual(['host:app.example']);
  });

  it('is led to an own place that we have sealed', async () => {
    const browser = rig.browser();
    await browser.signIn();
    expect(locationOf(await browser.get(signInLocation(rig.deps, '/device?x=1')))).toBe('/device?x=1');
  });

  it('is told to try again while storage is silent, and not sent to sign in', async () => {
    const deps = { ...rig.deps, sessions: { ...rig.deps.sessions, find: () => 'unavailable' as const } };
    const browser = rig.browser();
    await browser.signIn();
    rig = { ...rig, deps };
    const { signInEndpoint } = await import('./sign-in.ts');
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const request = {
      method: 'GET',
      path: '/',
      query: '',
      remoteAddress: '192.0.2.1',
      header: (name: string) => (name === 'cookie' ? cookie : undefined),
      body: async () => ({ ok: true, value: Buffer.alloc(0) }) as const,
    };
    expect(problemOf(await signInEndpoint(deps, request))).toBe('503 server.storage');
  });

  it('as the administrator has no business on a route', async () => {
    const browser = rig.browser();
    await browser.post('/console/sign-in', { admin_token: ADMIN_TOKEN });
    expect(locationOf(await browser.get('/.pomerium/sign_in'))).toBe('/.pomerium/');
    expect(locationOf(await browser.get(askedBy(rig)))).toContain('https://corp.idp.example/');
  });
});

describe('what a link of somebody else can do', () => {
  it('is nothing with a place that is not sealed', async () => {
    const browser = rig.browser();
    await browser.signIn();
    for (const query of [
      'to=//evil.example',
      'to=https://evil.example',
      'pomerium_request=evil',
      'pomerium_request=',
    ]) {
      const answer = await browser.get(`/.pomerium/sign_in?${query}`);
      expect(problemOf(answer)).toBe('400 sign_in.expired');
      expect(answer.body).not.toContain('evil');
    }
  });

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example'])(
    'is nothing with the place %s, sealed or not',
    async (path) => {
      const browser = rig.browser();
      await browser.signIn();
      expect(problemOf(await browser.get(signInLocation(rig.deps, path)))).toBe('400 sign_in.expired');
    },
  );

  it('is nothing with a parameter that came twice', async () => {
    const answer = await rig.browser().get('/.pomerium/sign_in?idp=one&idp=two');
    expect(problemOf(answer)).toBe('400 request.parameter');
  });

  it('is nothing with a request that was kept, which leads on by a click alone', async () => {
    const browser = rig.browser();
    await browser.signIn();
    const target = askedBy(rig);
    later(361);
    const answer = await browser.get(target);
    expect(problemOf(answer)).toBe('400 sign_in.expired');
    expect(answer.body).toContain('href="https://app.example/page?q=1"');
    expect(answer.headers['refresh']).toBeUndefined();
  });

  it('is slowed down like any other failure', async () => {
    const browser = rig.browser();
    let last = await browser.get('/.pomerium/sign_in?to=x');
    for (let count = 0; count < 25; count += 1) last = await browser.get('/.pomerium/sign_in?to=x');
    expect(problemOf(last)).toBe('429 limit.rate');
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
  });
});
