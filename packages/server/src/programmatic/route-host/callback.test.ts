import type { HeaderLine } from '@countersign/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { START } from '../testing/people.ts';
import { HAND_OVER_LIFE } from '../../sessions/hand-over.ts';
import type { LiveSession } from '../../sessions/model.ts';
import { openSignInRequest } from '../../sessions/sign-in-request.ts';
import { startHosts, type Hosts } from '../../testing/route-hosts.ts';

let hosts: Hosts;
let session: LiveSession;

beforeEach(async () => {
  hosts = await startHosts();
  session = await hosts.browsers.live(await hosts.browsers.open());
});

afterEach(() => hosts.browsers.people.close());

/** A browser as the route host sends it to sign in: its cookie, and what it was sent with. */
function sent(host = 'app.example', target = '/page?q=1') {
  const begun = hosts.deps.beginSignIn({ host, scheme: 'https', target });
  if (!begun) throw new Error('nobody can sign in there');
  const sealed = begun.location.split('pomerium_request=')[1] ?? '';
  const request = openSignInRequest(hosts.deps.redirects, sealed, START)?.request;
  if (!request) throw new Error('it does not open');
  const [cookie = ''] = begun.cookie.split(';');
  return { cookie, request, code: () => hosts.browsers.sessions.handOver(session, request) };
}

const back = (code: string, cookie?: string, host = 'app.example') => {
  const headers: readonly HeaderLine[] = cookie === undefined ? [] : [['Cookie', cookie]];
  return hosts.ask('/.pomerium/callback/', { host, query: `pomerium_code=${code}`, headers });
};

const codeIn = (body: string): string | undefined => /sign_in\.[a-z]+/.exec(body)?.[0];

describe('a browser that comes back from sign-in', () => {
  it('gets the session of this host and goes on to where it was', async () => {
    const { cookie, code } = sent();
    const answer = await back(code(), cookie);
    expect(answer).toMatchObject({ status: 302, headers: { location: 'https://app.example/page?q=1' } });
    const [set = '', gone = ''] = answer.cookies ?? [];
    expect(set).toMatch(
      /^__Host-_countersign=css_\w+; Path=\/; Max-Age=50400; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(gone).toBe(`${cookie.split('=')[0]}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure`);
    const value = /css_\w+/.exec(set)?.[0] ?? '';
    expect(await hosts.browsers.stateOf(value)).toBe('live');
  });

  it('finds the sign-in of its tab among those of others', async () => {
    const [one, other] = [sent(), sent('app.example', '/other')];
    const answer = await back(one.code(), `${other.cookie}; ${one.cookie}`);
    expect(answer).toMatchObject({ status: 302, headers: { location: 'https://app.example/page?q=1' } });
    expect(answer.cookies?.[1]).toContain(one.cookie.split('=')[0]);
    expect((await back(other.code(), other.cookie)).status).toBe(302);
  });

  it('that kept no cookie is told so, and not sent round again', async () => {
    const answer = await back(sent().code());
    expect([answer.status, codeIn(answer.body)]).toEqual([400, 'sign_in.browser']);
    expect(answer.headers).not.toHaveProperty('location');
    expect(answer.body).toContain('https://app.example/page?q=1');
    expect(answer.cookies ?? []).toEqual([]);
  });

  it('is nobody with a code that somebody else was given', async () => {
    const [victim, attacker] = [sent(), sent()];
    expect(codeIn((await back(attacker.code(), victim.cookie)).body)).toBe('sign_in.browser');
  });

  it('is nobody at another host', async () => {
    const { cookie, code } = sent();
    const answer = await back(code(), cookie, 'other.example');
    expect([answer.status, codeIn(answer.body)]).toEqual([400, 'sign_in.browser']);
    expect(answer.body).not.toContain('https://app.example/page');
  });

  it('too late, or a second time, is told so', async () => {
    const { cookie, code } = sent();
    const used = code();
    await back(used, cookie);
    expect(codeIn((await back(used, cookie)).body)).toBe('sign_in.expired');
    const late = code();
    hosts.browsers.people.time.now += (HAND_OVER_LIFE + 6) * 1000;
    expect(codeIn((await back(late, cookie)).body)).toBe('sign_in.expired');
  });

  it('a second time while signed in, by the back button, goes on as if nothing had happened', async () => {
    const { cookie, code } = sent();
    const used = code();
    const [set = ''] = (await back(used, cookie)).cookies ?? [];
    const again = await back(used, `${cookie}; ${set.split(';')[0]}`);
    expect(again).toMatchObject({ status: 302, headers: { location: 'https://app.example/page?q=1' } });
    expect(again.cookies).toEqual([]);
  });

  it.each(['', 'pomerium_code=', 'pomerium_code=x', 'pomerium_code=x&pomerium_code=y', 'other=1'])(
    'with %j is told that this is over',
    async (query) => {
      const answer = await hosts.ask('/.pomerium/callback/', { query });
      expect([answer.status, codeIn(answer.body)]).toEqual([400, 'sign_in.expired']);
      expect(answer.body).toMatch(/dec_[0-9A-Z]{26}/);
    },
  );

  it('never takes one of two codes', async () => {
    const { cookie, code } = sent();
    const headers: readonly HeaderLine[] = [['Cookie', cookie]];
    const query = `pomerium_code=${code()}&pomerium_code=${code()}`;
    const answer = await hosts.ask('/.pomerium/callback/', { headers, query });
    expect(codeIn(answer.body)).toBe('sign_in.expired');
  });

  it('never goes to another host, whatever was sealed', async () => {
    const { request, cookie } = sent();
    for (const returnTo of [
      'https://evil.example/',
      'https://app.example.evil.example/',
      'https://app.example@evil.example/',
      '//evil.example/',
      'javascript:alert(1)',
    ]) {
      const code = hosts.browsers.sessions.handOver(session, { ...request, returnTo });
      expect((await back(code, cookie)).headers['location'], returnTo).toBe('/');
    }
  });
});
