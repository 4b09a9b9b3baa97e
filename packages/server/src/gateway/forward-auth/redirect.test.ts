import type { IncomingMessage } from 'node:http';
import type { HeaderLine } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../http/message.ts';
import type { Place } from '../../sessions/begin-sign-in.ts';
import { ALICE, ANYBODY, fixture, route, token, value } from '../testing/fixture.ts';
import { createForwardAuth } from './index.ts';

/** Proxies that ask for it lead a page that somebody opens to sign-in. */

const BEGUN = { location: 'https://cs.example/.pomerium/sign_in?pomerium_request=x', cookie: 'n=1; Path=/' };
const BROWSER: HeaderLine = ['Accept', 'text/html,application/xhtml+xml,*/*;q=0.8'];
const SESSION = `css_${'a'.repeat(38)}`;
const COOKIE: HeaderLine = ['Cookie', `__Host-_countersign=${SESSION}`];

interface Ask {
  readonly query?: string;
  readonly lines?: readonly HeaderLine[];
  readonly method?: string;
  readonly peer?: string;
}

function asking(begins = true) {
  const fx = fixture([route({}, ANYBODY)]);
  const { settings } = fx.deps.snapshot();
  Object.assign(settings, { trustedProxies: (address: string) => address.startsWith('10.') });
  const places: Place[] = [];
  const beginSignIn = (place: Place) => {
    places.push(place);
    return begins ? BEGUN : undefined;
  };
  const forwardAuth = createForwardAuth({ ...fx.deps, beginSignIn });
  const ask = async (path: string, target: string, asked: Ask = {}): Promise<Answer> => {
    const { query = '?redirect=1', lines = [], method = 'GET', peer = '10.0.0.1' } = asked;
    const described: readonly HeaderLine[] = [
      ['Host', 'cs.example'],
      ['X-Original-Method', method],
      ['X-Original-URL', `https://app.example:8443${target}`],
      ['X-Forwarded-Method', method],
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-Host', 'app.example:8443'],
      ['X-Forwarded-Uri', target],
      ['X-Forwarded-For', '192.0.2.7'],
    ];
    const rawHeaders = [...described, ...lines].flat();
    const incoming = { method: 'GET', url: `${path}${query}`, rawHeaders, socket: { remoteAddress: peer } };
    const answer = await forwardAuth.answer(incoming as unknown as IncomingMessage, 'service');
    if (!answer) throw new Error('no question');
    return answer;
  };
  return { ...fx, forwardAuth, ask, places };
}

const outcome = ({ status, headers, cookies }: Answer) => [status, headers['location'], cookies];

/** A refusal that leads nowhere. */
const refused = (status: number) => [status, undefined, undefined];

describe.each([
  ['/auth/nginx', 401],
  ['/auth/forward', 302],
])('%s, asked with redirect=1,', (path, status) => {
  it('leads a page that is opened to sign-in, and back to what was asked for', async () => {
    const { ask, places, unverified } = asking();
    const answer = await ask(path, '/page?q=%20', { lines: [BROWSER] });
    expect(outcome(answer)).toEqual([status, BEGUN.location, [BEGUN.cookie]]);
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-request-id': unverified.at(-1)?.id,
    });
    expect(answer.headers).not.toHaveProperty('www-authenticate');
    expect(places).toEqual([
      { host: 'app.example', port: 8443, scheme: 'https', route: 'rte_app', target: '/page?q=%20' },
    ]);
  });

  it.each<readonly [string, Ask]>([
    ['a program', {}],
    ['a form', { lines: [BROWSER], method: 'POST' }],
    ['a script', { lines: [BROWSER, ['X-Requested-With', 'XMLHttpRequest']] }],
    ['a WebSocket', { lines: [BROWSER, ['Sec-WebSocket-Key', 'x']] }],
    ['a token that is none', { lines: [BROWSER, ['Authorization', `Bearer ${value('z')}`]] }],
  ])('leads %s nowhere, and challenges it', async (_which, asked) => {
    const { ask } = asking();
    const answer = await ask(path, '/', asked);
    expect(outcome(answer)).toEqual(refused(401));
    expect(answer.headers['www-authenticate']).toContain('realm="app.example"');
  });

  it('leads nobody anywhere where there is no provider', async () => {
    expect(outcome(await asking(false).ask(path, '/', { lines: [BROWSER] }))).toEqual(refused(401));
  });

  it('leads whose cookie is over back to sign-in, and lets a live one pass without it', async () => {
    const { ask, presented } = asking();
    presented.set(SESSION, {
      state: 'live',
      token: token({ prefix: 'css', resources: ['host:app.example'] }),
    });
    const live = await ask(path, '/', { lines: [BROWSER, COOKIE] });
    expect([live.status, live.headers['cookie']]).toEqual([200, '']);
    presented.set(SESSION, { state: 'revoked' });
    const over = await ask(path, '/', { lines: [BROWSER, COOKIE] });
    expect(outcome(over)).toEqual([status, BEGUN.location, [BEGUN.cookie]]);
    expect(outcome(await ask(path, '/', { lines: [COOKIE] }))).toEqual(refused(401));
  });

  it('leads nobody anywhere from a path that has two readings', async () => {
    const { ask, places } = asking();
    const { status: code, headers } = await ask(path, '/a//b', { lines: [BROWSER] });
    expect([code, headers['location'], places]).toEqual([status === 401 ? 403 : 400, undefined, []]);
  });

  it.each(['', '?', '?other=1', '?redirection=1'])(
    'asked with "%s" instead, leads nobody anywhere',
    async (query) => {
      const { ask, places } = asking();
      expect(outcome(await ask(path, '/', { query, lines: [BROWSER] }))).toEqual(refused(401));
      expect(places).toEqual([]);
    },
  );

  it.each([
    '?redirect',
    '?redirect=',
    '?redirect=0',
    '?redirect=true',
    '?redirect=1&redirect=1',
    '?x&redirect=https://a.example',
  ])('asked with %s instead, says that this means nothing', async (query) => {
    const { ask, passed } = asking();
    const { status: code, body } = await ask(path, '/', {
      query,
      lines: [['Authorization', `Bearer ${ALICE}`]],
    });
    expect([code, JSON.parse(body)]).toEqual([403, { error: 'expected redirect=1, or no redirect at all' }]);
    expect(passed).toEqual([]);
  });

  it('tells a stranger nothing of it', async () => {
    const { ask, places } = asking();
    const answer = await ask(path, '/', { lines: [BROWSER], peer: '192.0.2.1' });
    expect([outcome(answer), places]).toEqual([refused(403), []]);
  });
});

describe('/auth/envoy', () => {
  it('has the query of the client and no wish of the proxy: it leads nobody anywhere', async () => {
    const { forwardAuth, places } = asking();
    const lines = [['Host', 'app.example'], BROWSER, ['X-Countersign-Client', '192.0.2.7']];
    const incoming = {
      method: 'GET',
      url: '/auth/envoy/page?redirect=1',
      rawHeaders: lines.flat(),
      socket: { remoteAddress: '10.0.0.1' },
    } as unknown as IncomingMessage;
    const answer = await forwardAuth.answer(incoming, 'route');
    expect([answer && outcome(answer), places]).toEqual([refused(401), []]);
  });
});
