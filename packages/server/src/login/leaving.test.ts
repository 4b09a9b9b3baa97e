import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askedBy } from './testing/asked.ts';
import { locationOf, problemOf, startLogin, type LoginRig, type TestBrowser } from './testing/rig.ts';

/** Who am I, one's sessions, and the end of them. */

let rig: LoginRig;
let browser: TestBrowser;
beforeEach(async () => {
  rig = await startLogin();
  browser = rig.browser();
});
afterEach(() => rig.close());

const SESSION = '__Host-_countersign';
const EVIL = 'https://evil.cs.example';
const valueOf = ({ cookies }: TestBrowser) => cookies.get(SESSION) ?? '';
const state = (one: TestBrowser) => rig.browsers.stateOf(valueOf(one));
const signOutLink = (query = '') => askedBy(rig).replace('sign_in', 'sign_out') + query;
const fieldOf = (body: string, name: string) =>
  new RegExp(`name="${name}" value="([^"]+)"`).exec(body)?.[1] ?? '';

describe('who am I', () => {
  it('says it, as policies would', async () => {
    await browser.signIn();
    const { status, body } = await browser.get('/.pomerium/');
    expect(status).toBe(200);
    for (const text of ['ada@acme.example', 'acme', 'corp', 'cs.example']) expect(body).toContain(text);
  });

  it('leads to sign-in and back', async () => {
    const location = locationOf(await browser.get('/.pomerium/'));
    expect(locationOf(await browser.signIn(location))).toBe('/.pomerium/');
  });

  it('is nobody with a cookie that is not ours', async () => {
    for (const value of ['css_x', 'a'.repeat(5000), '"quoted"']) {
      browser.cookies.set(SESSION, value);
      expect(locationOf(await browser.get('/.pomerium/'))).toContain('/.pomerium/sign_in?to=');
    }
  });

  it('is nobody with what a route host holds of a session', async () => {
    const value = await rig.browsers.handOver(await rig.browsers.open());
    browser.cookies.set(SESSION, value);
    expect(locationOf(await browser.get('/.pomerium/'))).toContain('/.pomerium/sign_in?to=');
  });
});

describe('what a person can reach', () => {
  it('is asked about them, where they are, and listed as links', async () => {
    await browser.signIn();
    const who = await browser.get('/.pomerium/');
    expect(who.body).toContain('href="/.pomerium/routes"');
    const [user = 'nobody'] = /usr_\w+/.exec(who.body) ?? [];
    const { status, body } = await browser.get('/.pomerium/routes');
    expect(status).toBe(200);
    expect(body).toContain('href="https://orders.example"');
    expect(body).toContain(`${user} from 192.0.2.1`);
  });

  it('is looked through for the words that they ask for', async () => {
    await browser.signIn();
    const { body } = await browser.get('/.pomerium/routes?q=BILL');
    expect(body).toContain('href="https://billing.example"');
    expect(body).not.toContain('orders.example');
    expect(body).toContain('value="BILL"');
  });

  it('is nobody else’s to see: it leads to sign-in and back', async () => {
    const location = locationOf(await browser.get('/.pomerium/routes'));
    expect(locationOf(await browser.signIn(location))).toBe('/.pomerium/routes');
    const filtered = rig.browser();
    const asked = locationOf(await filtered.get('/.pomerium/routes?q=%22%3E+x&other=1'));
    expect(locationOf(await filtered.signIn(asked))).toBe('/.pomerium/routes?q=%22%3E+x');
  });
});

describe('the sessions of a person', () => {
  it('are listed, and each can be ended', async () => {
    const other = rig.browser();
    await other.signIn();
    await browser.signIn();
    const { body } = await browser.get('/.pomerium/sessions');
    const ids = [...body.matchAll(/name="session" value="(tok_[^"]+)"/g)].map(([, id = '']) => id);
    expect(ids).toHaveLength(2);
    const found = await rig.browsers.sessions.find(valueOf(other));
    const id = typeof found === 'string' ? '' : found.id;
    expect(locationOf(await browser.post('/.pomerium/sessions/end', { session: id }))).toBe(
      '/.pomerium/sessions',
    );
    expect([await state(other), await state(browser)]).toEqual(['revoked', 'live']);
  });

  it('of somebody else are not theirs to end', async () => {
    await browser.signIn();
    rig.idp.says({ sub: '2002', email: 'bob@acme.example', email_verified: true });
    const bob = rig.browser();
    await bob.signIn();
    const found = await rig.browsers.sessions.find(valueOf(browser));
    await bob.post('/.pomerium/sessions/end', { session: typeof found === 'string' ? '' : found.id });
    expect(await state(browser)).toBe('live');
  });

  it('end all at once, this one too', async () => {
    const other = rig.browser();
    await other.signIn();
    await browser.signIn();
    const value = valueOf(browser);
    const answer = await browser.post('/.pomerium/sessions/end_all');
    expect(locationOf(answer)).toContain('/.pomerium/signed_out');
    expect(browser.cookies.has(SESSION)).toBe(false);
    expect([await state(other), await rig.browsers.stateOf(value)]).toEqual(['revoked', 'revoked']);
  });

  it('lead out when the one that asks is the one that ends', async () => {
    await browser.signIn();
    const found = await rig.browsers.sessions.find(valueOf(browser));
    const answer = await browser.post('/.pomerium/sessions/end', {
      session: typeof found === 'string' ? '' : found.id,
    });
    expect(locationOf(answer)).toContain('/.pomerium/signed_out');
    expect(browser.cookies.has(SESSION)).toBe(false);
  });

  it('are not named, and nothing ends', async () => {
    await browser.signIn();
    expect(problemOf(await browser.post('/.pomerium/sessions/end'))).toBe('400 request.parameter');
  });

  it('lead to sign-in where there is none', async () => {
    for (const answer of [
      await browser.get('/.pomerium/sessions'),
      await browser.post('/.pomerium/sessions/end'),
      await browser.post('/.pomerium/sessions/end_all'),
    ])
      expect(locationOf(answer)).toContain('/.pomerium/sign_in?to=');
  });
});

describe('a change that comes from a page of another origin', () => {
  it.each([
    '/.pomerium/sign_out',
    '/.pomerium/sessions/end',
    '/.pomerium/sessions/end_all',
    '/console/sign-in',
  ])('is refused at %s', async (path) => {
    await browser.signIn();
    expect(problemOf(await browser.post(path, {}, EVIL))).toBe('403 request.origin');
    expect(await state(browser)).toBe('live');
  });
});

describe('signing out', () => {
  it('is asked about, also on behalf of a route host, and a link ends nothing', async () => {
    await browser.signIn();
    const page = await browser.get(signOutLink());
    expect(page.status).toBe(200);
    expect(page.body).toContain('Sign out everywhere');
    expect(await state(browser)).toBe('live');
  });

  it('ends the session everywhere, and says that the provider’s goes on', async () => {
    await browser.signIn();
    const value = valueOf(browser);
    const { body } = await browser.get(signOutLink());
    const answer = await browser.post('/.pomerium/sign_out', { return_to: fieldOf(body, 'return_to') });
    expect(answer.status).toBe(303);
    expect(browser.cookies.has(SESSION)).toBe(false);
    expect(await rig.browsers.stateOf(value)).toBe('revoked');
    const page = await browser.get(locationOf(answer));
    expect(page.body).toContain('may still be signed in');
    expect(page.body).toContain('href="https://app.example/page?q=1"');
  });

  it('goes on to the provider where it has a place for it, and the form may lead there', async () => {
    rig.idp.offersSignOut = true;
    await browser.signIn();
    const page = await browser.get('/.pomerium/sign_out');
    expect(page.headers['content-security-policy']).toContain("form-action 'self' https://corp.idp.example;");
    const location = new URL(locationOf(await browser.post('/.pomerium/sign_out')));
    expect(location.origin).toBe('https://corp.idp.example');
    expect(location.searchParams.get('id_token_hint')).toBe('id.token.x');
    expect(location.searchParams.get('post_logout_redirect_uri')).toBe(
      'https://cs.example/.pomerium/signed_out',
    );
    const back = await browser.get(`/.pomerium/signed_out?state=${location.searchParams.get('state')}`);
    expect(back.status).toBe(200);
    expect(back.body).not.toContain('may still be signed in');
  });

  it('leads nowhere that was not sealed', async () => {
    await browser.signIn();
    const answer = await browser.post('/.pomerium/sign_out', { return_to: 'https://evil.example/' });
    expect((await browser.get(locationOf(answer))).body).not.toContain('evil');
    expect((await browser.get('/.pomerium/signed_out?state=evil')).body).not.toContain('evil');
  });

  it('is done already where there is no session', async () => {
    expect(locationOf(await browser.get(signOutLink()))).toContain('/.pomerium/signed_out');
    expect(locationOf(await browser.post('/.pomerium/sign_out'))).toContain('/.pomerium/signed_out');
  });
});
