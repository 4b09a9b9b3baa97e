import type { HeaderLine, Route } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import type { GatewayDecision } from './model.ts';
import { refusalAnswer } from './refusal.ts';
import { ALICE, ANYBODY, alice, fixture, route, token, value } from './testing/fixture.ts';

/** `rate_limit` and `allowed_origins` as part of the decision: when they are asked, and what is said and recorded. */

const BOB = value('b');
const bearer = (shown: string): HeaderLine => ['Authorization', `Bearer ${shown}`];
const twice = { rateLimit: { requests: 2, per: 60_000 } };

interface Ask {
  readonly token?: string;
  readonly headers?: readonly HeaderLine[];
  readonly from?: string;
  readonly websocket?: boolean;
}

function asking(over: Partial<Route>, access: Parameters<typeof route>[1] = ANYBODY) {
  const fx = fixture([route(over, access)]);
  fx.presented.set(BOB, {
    state: 'live',
    token: token({ principal: { ...alice, user: 'usr_bob', login: 'bob' } }),
  });
  const ask = async ({ token: shown, headers = [], from = '192.0.2.1', websocket = false }: Ask) => {
    const lines = shown === undefined ? headers : [bearer(shown), ...headers];
    const head = { method: 'GET', target: '/', headers: lines, remoteAddress: from };
    return decide(fx.deps, { head, host: 'app.example', port: undefined, websocket });
  };
  const codes = async (count: number, asked: Ask): Promise<readonly string[]> => {
    const seen: string[] = [];
    for (let done = 0; done < count; done += 1) seen.push(codeOf(await ask(asked)));
    return seen;
  };
  return { ...fx, ask, codes };
}

const codeOf = (decision: GatewayDecision): string => (decision.kind === 'refuse' ? decision.code : 'passes');

describe('a rate limit', () => {
  it('is of each caller, wherever it comes from, and is told in seconds', async () => {
    const { ask, codes, time } = asking(twice);
    expect(await codes(3, { token: ALICE })).toEqual(['passes', 'passes', 'limit.rate']);
    expect(await codes(1, { token: ALICE, from: '192.0.2.9' })).toEqual(['limit.rate']);
    expect(await codes(1, { token: BOB })).toEqual(['passes']);
    expect(await ask({ token: ALICE })).toMatchObject({
      code: 'limit.rate',
      retryAfter: 30,
      realm: 'app.example',
    });
    time.now += 30_000;
    expect(await codes(2, { token: ALICE })).toEqual(['passes', 'limit.rate']);
  });

  it('is not used up by what is refused: neither by strangers nor by a policy', async () => {
    const deny = { policy: { allow: { and: [{ email: 'nobody@acme.example' }] } } } as const;
    const refused = asking(twice, deny);
    expect(await refused.codes(5, { token: ALICE })).toEqual(Array(5).fill('policy.refused'));
    const open = asking(twice);
    expect(new Set(await open.codes(5, {}))).toEqual(new Set(['credential.missing']));
    expect(new Set(await open.codes(5, { token: value('x') }))).toEqual(new Set(['credential.invalid']));
    expect(await open.codes(2, { token: ALICE })).toEqual(['passes', 'passes']);
  });

  it('counts those whom nobody asks who they are by address, and those who say it by name', async () => {
    const { codes } = asking(twice, { public: true });
    expect(await codes(3, {})).toEqual(['passes', 'passes', 'limit.rate']);
    expect(await codes(1, { from: '192.0.2.2' })).toEqual(['passes']);
    expect(await codes(3, { token: ALICE })).toEqual(['passes', 'passes', 'limit.rate']);
  });

  it('outlives a reload that leaves it as it was', async () => {
    const { deps, codes } = asking(twice);
    await codes(2, { token: ALICE });
    const before = deps.snapshot();
    const reloaded = {
      ...deps,
      snapshot: () => ({ ...before, routes: [route(structuredClone(twice), ANYBODY)] }),
    };
    const head = { method: 'GET', target: '/', headers: [bearer(ALICE)], remoteAddress: '192.0.2.1' };
    const asked = { head, host: 'app.example', port: undefined, websocket: false };
    expect(codeOf(await decide(reloaded, asked))).toBe('limit.rate');
    const raised = { rateLimit: { requests: 3, per: 60_000 } };
    const more = { ...deps, snapshot: () => ({ ...before, routes: [route(raised, ANYBODY)] }) };
    expect(codeOf(await decide(more, asked))).toBe('passes');
  });

  it('refuses without waiting for storage, and notes who it was', async () => {
    const { codes, storage, unverified, refused, passed } = asking(twice);
    storage.up = false;
    await codes(3, { token: ALICE });
    expect(passed).toHaveLength(2);
    expect(refused).toEqual([]);
    expect(unverified).toMatchObject([
      { effect: 'deny', code: 'limit.rate', route: 'app', principal: 'usr_alice', organization: 'acme' },
    ]);
    expect(unverified[0]).not.toHaveProperty('facts');
  });

  it.each([
    ['application/problem+json', [], '"code":"limit.rate"'],
    ['text/html; charset=utf-8', [['Accept', 'text/html']], 'limit.rate'],
    ['application/json', [['User-Agent', 'kubectl kubernetes/x']], '"reason":"TooManyRequests"'],
  ] as const)('is said as %s', async (type, headers, text) => {
    const { ask, codes } = asking(twice);
    await codes(2, { token: ALICE });
    const decision = await ask({ token: ALICE });
    if (decision.kind !== 'refuse') throw new Error('it is over the limit');
    const answer = refusalAnswer(decision, headers);
    expect(answer).toMatchObject({ status: 429, headers: { 'content-type': type, 'retry-after': '30' } });
    expect(answer.headers).not.toHaveProperty('www-authenticate');
    expect(answer.body).toContain(text);
  });
});

describe('the page that opens a WebSocket', () => {
  const elsewhere: HeaderLine = ['Origin', 'https://evil.example'];
  const basic: HeaderLine = ['Authorization', `Basic ${Buffer.from(`x:${ALICE}`).toString('base64')}`];

  it('has to be one that may, where the browser has said by itself who is asking', async () => {
    const { ask, refused, log } = asking({});
    expect(codeOf(await ask({ headers: [basic, elsewhere], websocket: true }))).toBe('policy.refused');
    expect(refused).toMatchObject([{ code: 'policy.refused', principal: 'usr_alice' }]);
    expect(log).toMatchObject([
      { message: 'WebSocket refused', fields: { route: 'app', cause: 'Origin is not allowed' } },
    ]);
    expect(codeOf(await ask({ headers: [basic, ['Origin', 'https://app.example']], websocket: true }))).toBe(
      'passes',
    );
  });

  it('is nobody’s concern where no WebSocket is opened', async () => {
    const { ask } = asking({ allowedOrigins: [] });
    expect(codeOf(await ask({ headers: [basic, elsewhere] }))).toBe('passes');
  });

  it('is asked about on every route that lists origins', async () => {
    const { ask } = asking({ allowedOrigins: ['https://evil.example'] });
    expect(codeOf(await ask({ token: ALICE, headers: [elsewhere], websocket: true }))).toBe('passes');
    expect(codeOf(await ask({ token: ALICE, headers: [['Origin', 'null']], websocket: true }))).toBe(
      'policy.refused',
    );
  });

  it('uses up nothing of the limit when it may not', async () => {
    const { codes } = asking({ ...twice, allowedOrigins: [] });
    await codes(5, { token: ALICE, headers: [elsewhere], websocket: true });
    expect(await codes(3, { token: ALICE, websocket: true })).toEqual(['passes', 'passes', 'limit.rate']);
  });
});
