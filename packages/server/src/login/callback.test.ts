import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptCookie, newAttempt, sealAttempt } from './attempt.ts';
import { WHO } from './model.ts';
import { askedBy } from './testing/asked.ts';
import {
  callbackOf,
  locationOf,
  problemOf,
  startLogin,
  TWO,
  type LoginRig,
  type TestBrowser,
} from './testing/rig.ts';

let rig: LoginRig;
let browser: TestBrowser;
beforeEach(async () => {
  rig = await startLogin();
  browser = rig.browser();
});
afterEach(() => rig.close());

const SESSION = '__Host-_countersign';
const later = (seconds: number) => {
  rig.browsers.people.time.now += seconds * 1000;
};

describe('the end of a sign-in', () => {
  it('opens a session, with a cookie of this host alone that lasts as long', async () => {
    const answer = await browser.signIn();
    expect(locationOf(answer)).toBe('/.pomerium/');
    const line = answer.cookies?.find((one) => one.startsWith(`${SESSION}=css_`));
    expect(line).toMatch(/; Path=\/; Max-Age=\d{4,}; HttpOnly; SameSite=Lax; Secure$/);
    expect(await rig.browsers.stateOf(browser.cookies.get(SESSION) ?? '')).toBe('live');
    expect(await rig.browsers.people.whatBroke()).toBeUndefined();
  });

  it('gives a value that no browser has held before, and keeps the session of the account before', async () => {
    await browser.signIn();
    const before = browser.cookies.get(SESSION) ?? '';
    browser.cookies.delete(SESSION);
    browser.cookies.set(SESSION, 'css_chosen_by_an_attacker');
    await browser.signIn();
    const value = browser.cookies.get(SESSION) ?? '';
    expect(value).toMatch(/^css_/);
    expect([before, 'css_chosen_by_an_attacker']).not.toContain(value);
    expect(await rig.browsers.stateOf(before)).toBe('live');
  });

  it('works in two tabs at once, in any order', async () => {
    const one = await browser.begin(askedBy(rig));
    const other = await browser.begin();
    expect(locationOf(await browser.get(callbackOf(other)))).toBe('/.pomerium/');
    expect(locationOf(await browser.get(callbackOf(one)))).toContain(
      'https://app.example/.pomerium/callback/',
    );
  });

  it('is asked with the secrets of its own attempt', async () => {
    await browser.get(callbackOf(await browser.begin()));
    const [finished] = rig.idp.finished;
    expect(finished?.verifier).toMatch(/^[\w-]{43}$/);
    expect(finished?.nonce).not.toBe(finished?.verifier);
  });

  it('happens once: whoever comes back by the back button goes on with the session, without the provider', async () => {
    const state = await browser.begin(askedBy(rig));
    await browser.get(callbackOf(state));
    expect(locationOf(await browser.get(callbackOf(state)))).toBe('https://app.example/page?q=1');
    expect(rig.idp.finished).toHaveLength(1);
    browser.cookies.delete(SESSION);
    expect(problemOf(await browser.get(callbackOf(state)))).toBe('400 sign_in.expired');
    expect(rig.idp.finished).toHaveLength(1);
  });
});

describe('a callback that this browser did not ask for', () => {
  it('signs nobody in where another browser began it (login CSRF)', async () => {
    const state = await rig.browser().begin();
    const answer = await browser.get(callbackOf(state));
    expect(problemOf(answer)).toBe('400 sign_in.browser');
    expect(rig.idp.finished).toHaveLength(0);
    expect(browser.cookies.has(SESSION)).toBe(false);
  });

  it('is nothing with the cookie of another attempt under its name', async () => {
    const state = await rig.browser().begin();
    const own = await browser.begin();
    const [sealed = ''] = [...browser.cookies.values()];
    expect(own).not.toBe(state);
    browser.cookies.set(`__Host-${attemptCookie('_countersign', state)}`, sealed);
    expect(problemOf(await browser.get(callbackOf(state)))).toBe('400 sign_in.browser');
  });

  it.each(['', 'state=', 'code=c', 'state=a&state=b', 'error=access_denied'])(
    'is nothing with the query %j',
    async (query) => {
      await browser.begin();
      expect(problemOf(await browser.get(`/oauth2/callback?${query}`))).toBe('400 sign_in.browser');
    },
  );

  it('is nothing with two states, one of which is ours', async () => {
    const state = await browser.begin();
    expect(problemOf(await browser.get(`${callbackOf(state)}&state=b`))).toBe('400 sign_in.browser');
  });

  it('is asked at the provider of the attempt, whoever else answers (mix-up)', async () => {
    await rig.close();
    rig = await startLogin(TWO);
    browser = rig.browser();
    const one = await browser.begin('/.pomerium/sign_in?idp=one');
    await browser.begin('/.pomerium/sign_in?idp=two');
    await browser.get(`${callbackOf(one)}&iss=https%3A%2F%2Ftwo.example`);
    expect(rig.idp.finished.map((each) => each.provider)).toEqual(['one']);
  });
});

describe('a sign-in that does not work', () => {
  it('took too long: an hour, however fresh the cookie looks', async () => {
    const attempt = { ...newAttempt(rig.deps.random, { provider: 'idp', to: WHO, issuedAt: 0 }) };
    const name = `__Host-${attemptCookie('_countersign', attempt.state)}`;
    browser.cookies.set(name, sealAttempt(rig.deps.keys.sealing.cookie, attempt));
    expect(problemOf(await browser.get(callbackOf(attempt.state)))).toBe('400 sign_in.expired');
    const state = await browser.begin(askedBy(rig));
    later(3601);
    const answer = await browser.get(callbackOf(state));
    expect(problemOf(answer)).toBe('400 sign_in.expired');
    expect(answer.body).toContain('href="https://app.example/page?q=1"');
    expect(rig.idp.finished).toHaveLength(0);
  });

  it.each([
    ['denied', '403 sign_in.denied'],
    ['refused', '400 sign_in.expired'],
    ['malformed', '502 sign_in.provider'],
  ] as const)('because the provider’s answer is %s, and the attempt is over', async (fault, problem) => {
    rig.idp.fails(fault);
    const state = await browser.begin();
    expect(problemOf(await browser.get(callbackOf(state)))).toBe(problem);
    rig.idp.says();
    expect(problemOf(await browser.get(callbackOf(state)))).toBe('400 sign_in.expired');
    expect(browser.cookies.has(SESSION)).toBe(false);
  });

  it('because the provider is silent may be tried again as it is', async () => {
    rig.idp.fails('unreachable');
    const state = await browser.begin();
    const answer = await browser.get(callbackOf(state));
    expect([problemOf(answer), answer.headers['retry-after']]).toEqual(['503 issuer.unreachable', '5']);
    rig.idp.says();
    expect(locationOf(await browser.get(callbackOf(state)))).toBe('/.pomerium/');
  });

  it('because the provider has left the configuration', async () => {
    const state = await browser.begin();
    const deps = rig.browsers.deps.snapshot();
    expect(deps.identityProvidersById.size).toBe(1);
    const gone = { ...rig.deps, snapshot: () => ({ ...deps, identityProvidersById: new Map() }) };
    const { callbackEndpoint } = await import('./callback.ts');
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await callbackEndpoint(gone, {
      method: 'GET',
      path: '/oauth2/callback',
      query: `code=c&state=${state}`,
      remoteAddress: '192.0.2.1',
      header: (name) => (name === 'cookie' ? cookie : undefined),
      body: async () => ({ ok: true, value: Buffer.alloc(0) }),
    });
    expect(problemOf(answer)).toBe('400 sign_in.expired');
    expect(rig.idp.finished).toHaveLength(0);
  });

  it('because the email belongs to another account of the same provider', async () => {
    await browser.signIn();
    rig.idp.says({ sub: '2002', email: 'ada@acme.example', email_verified: true });
    const answer = await rig.browser().signIn();
    expect(problemOf(answer)).toBe('403 credential.identity_conflict');
  });

  it('is in the trail under the number that the page shows', async () => {
    rig.idp.fails('denied');
    const { body } = await browser.signIn();
    const [id = ''] = /dec_[0-9A-Z]+/.exec(body) ?? [];
    const found = rig.deps.decisions.find(id);
    expect((await found)?.ok).toBe(true);
  });

  it('repeats nothing of the query', async () => {
    const { body } = await browser.get('/oauth2/callback?state=x&error=evil&error_description=evil');
    expect(body).not.toContain('evil');
  });
});
