import type { HeaderLine, Route } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import type { Place } from '../sessions/begin-sign-in.ts';
import { decide } from './decide.ts';
import type { GatewayDecision } from './model.ts';
import { refusalAnswer } from './refusal.ts';
import { ANYBODY, fixture, route, token, value } from './testing/fixture.ts';

const SESSION = `css_${'a'.repeat(38)}`;
const BROWSER: HeaderLine = ['Accept', 'text/html,application/xhtml+xml,*/*;q=0.8'];
const COOKIE: HeaderLine = ['Cookie', `__Host-_countersign=${SESSION}`];
const BEGUN = { location: 'https://cs.example/.pomerium/sign_in?pomerium_request=x', cookie: 'n=1' };

interface Ask {
  readonly headers?: readonly HeaderLine[];
  readonly method?: string;
  readonly target?: string;
  readonly websocket?: true;
  readonly port?: number;
}

function asking(over: Partial<Route> = {}, access: Parameters<typeof route>[1] = ANYBODY, begins = true) {
  const fx = fixture([route(over, access)]);
  const places: Place[] = [];
  const deps = {
    ...fx.deps,
    beginSignIn: (place: Place) => {
      places.push(place);
      return begins ? BEGUN : undefined;
    },
  };
  const ask = async ({ method = 'GET', target = '/page?q=1', headers = [], websocket, port }: Ask) =>
    decide(deps, {
      head: { method, target, headers, remoteAddress: '192.0.2.1' },
      host: 'app.example',
      port,
      websocket: websocket === true,
    });
  return { ...fx, ask, places };
}

const outcome = (decision: GatewayDecision): string => {
  if (decision.kind !== 'refuse') return decision.kind;
  return decision.signIn ? 'sign in' : decision.code;
};

describe('a page that nobody is signed in to', () => {
  it('leads to sign-in and back to what was asked for, as it was decided on', async () => {
    const { ask, places, unverified } = asking();
    const decision = await ask({ headers: [BROWSER], target: '/a%7Eb?q=%20', port: 8443 });
    expect(outcome(decision)).toBe('sign in');
    expect(places).toEqual([
      { host: 'app.example', port: 8443, scheme: 'https', route: 'rte_app', target: '/a~b?q=%20' },
    ]);
    // The refusal is recorded like every other.
    expect(unverified).toMatchObject([
      { code: 'credential.missing', id: (decision as { decisionId: string }).decisionId },
    ]);
  });

  it('is answered with a redirect, a cookie, and nothing that is kept', async () => {
    const decision = await asking().ask({ headers: [BROWSER] });
    if (decision.kind !== 'refuse') throw new Error(decision.kind);
    const refused = { ...decision, realm: 'app.example' };
    expect(refusalAnswer(refused, [BROWSER])).toEqual({
      status: 302,
      headers: { location: BEGUN.location, 'cache-control': 'no-store' },
      cookies: [BEGUN.cookie],
      body: '',
    });
  });

  it.each<readonly [string, Ask]>([
    ['that is opened', { headers: [['Sec-Fetch-Mode', 'navigate']] }],
    ['whose head is asked for', { headers: [BROWSER], method: 'HEAD' }],
    [
      'by a client that asks where to sign in',
      {
        headers: [
          ['Authorization', 'Pomerium '],
          ['Accept', '*/*'],
        ],
      },
    ],
  ])('%s leads there', async (_which, ask) => {
    expect(outcome(await asking().ask(ask))).toBe('sign in');
  });

  it.each<readonly [string, Ask]>([
    ['a program', {}],
    ['a program that takes anything', { headers: [['Accept', '*/*']] }],
    ['a script that wants JSON', { headers: [['Accept', 'application/json']] }],
    ['a script that says so', { headers: [BROWSER, ['X-Requested-With', 'XMLHttpRequest']] }],
    ['a form', { headers: [BROWSER], method: 'POST' }],
    ['a WebSocket', { headers: [['Sec-Fetch-Mode', 'navigate']], websocket: true }],
  ])('%s is told that somebody has to be there', async (_which, ask) => {
    const { places, ask: asked } = asking();
    expect(outcome(await asked(ask))).toBe('credential.missing');
    expect(places).toEqual([]);
  });

  it('says so itself where there is no provider at which anybody could sign in', async () => {
    expect(outcome(await asking({}, ANYBODY, false).ask({ headers: [BROWSER] }))).toBe('credential.missing');
  });

  it.each<readonly [string, HeaderLine]>([
    ['a token that is none', ['Authorization', `Bearer ${value('dead')}`]],
    ['an Authorization of somebody else', ['Authorization', 'Basic eDp5']],
  ])('does not forget %s over it', async (_which, header) => {
    expect(outcome(await asking().ask({ headers: [BROWSER, header] }))).toBe('credential.invalid');
  });
});

describe('a cookie', () => {
  const session = (over: object = {}) => token({ prefix: 'css', resources: ['host:app.example'], ...over });

  it('of a live session is who is asking', async () => {
    const { ask, presented } = asking();
    presented.set(SESSION, { state: 'live', token: session() });
    const decision = await ask({ headers: [COOKIE] });
    expect(decision).toMatchObject({
      kind: 'forward',
      spentCarriers: [],
      caller: { token: { id: 'tok_alice' } },
    });
  });

  it.each(['invalid', 'expired', 'revoked'] as const)(
    'that is %s is as good as none where a page is opened, and told to a script',
    async (state) => {
      const { ask, presented } = asking();
      presented.set(SESSION, { state });
      expect(outcome(await ask({ headers: [COOKIE, BROWSER] }))).toBe('sign in');
      expect(outcome(await ask({ headers: [COOKIE] }))).toBe(`credential.${state}`);
    },
  );

  it('that is over keeps nobody from what everybody may see', async () => {
    const { ask, presented } = asking({}, { public: true });
    presented.set(SESSION, { state: 'expired' });
    expect(outcome(await ask({ headers: [COOKIE] }))).toBe('forward');
  });

  it('that is over still meets a deny', async () => {
    const { ask, presented } = asking({}, { public: true, policy: { deny: { and: [{ accept: true }] } } });
    presented.set(SESSION, { state: 'expired' });
    expect(outcome(await ask({ headers: [COOKIE] }))).toBe('policy.refused');
  });

  it('is not taken for dead when storage is silent', async () => {
    const { ask, presented } = asking();
    presented.set(SESSION, { state: 'unavailable' });
    expect(outcome(await ask({ headers: [COOKIE, BROWSER] }))).toBe('server.storage');
  });

  it('of another host leads nowhere in a circle', async () => {
    const { ask, presented } = asking();
    presented.set(SESSION, { state: 'live', token: session({ resources: ['host:other.example'] }) });
    expect(outcome(await ask({ headers: [COOKIE, BROWSER] }))).toBe('credential.audience');
  });

  it('opens a WebSocket for pages of its own host alone', async () => {
    const { ask, presented } = asking();
    presented.set(SESSION, { state: 'live', token: session() });
    const opened = async (...origins: readonly string[]) =>
      outcome(
        await ask({ headers: [COOKIE, ...origins.map((one) => ['Origin', one] as const)], websocket: true }),
      );
    expect(await opened('https://app.example')).toBe('forward');
    expect(await opened('https://evil.example')).toBe('policy.refused');
    expect(await opened()).toBe('policy.refused');
  });
});
