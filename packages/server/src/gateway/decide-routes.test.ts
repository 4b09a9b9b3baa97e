import { compileRewriting, type HeaderLine, type Route } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import type { GatewayDecision } from './model.ts';
import { ALICE, ANYBODY, fixture, route, value } from './testing/fixture.ts';

/** What the keys of routes make of a decision. */

const CREDENTIAL: HeaderLine = ['Authorization', `Bearer ${ALICE}`];
const PREFLIGHT: readonly HeaderLine[] = [
  ['Origin', 'https://b.example'],
  ['Access-Control-Request-Method', 'PUT'],
];

interface Ask {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly HeaderLine[];
  readonly host?: string;
  readonly address?: string;
}

function asking(over: Partial<Route> = {}, access: Parameters<typeof route>[1] = ANYBODY) {
  const fx = fixture([route(over, access)]);
  const ask = async (asked: Ask = {}): Promise<GatewayDecision> =>
    decide(fx.deps, {
      head: {
        method: asked.method ?? 'GET',
        target: asked.target ?? '/',
        headers: asked.headers ?? [CREDENTIAL],
        remoteAddress: asked.address ?? '192.0.2.1',
      },
      host: asked.host ?? 'app.example',
      port: undefined,
      websocket: false,
    });
  const outcome = async (asked: Ask): Promise<string> => {
    const decision = await ask(asked);
    return decision.kind === 'refuse' ? decision.code : decision.kind;
  };
  return { ...fx, ask, outcome };
}

describe('a wildcard route', () => {
  const wildcard = { host: '*.apps.example' };

  it('is decided on by the host that was asked for', async () => {
    const { ask, unverified } = asking(wildcard);
    expect(await ask({ host: 'a.apps.example' })).toMatchObject({ kind: 'forward', host: 'a.apps.example' });
    const refused = asking(wildcard, { policy: { allow: { or: [{ domain: 'nobody.example' }] } } });
    await refused.ask({ host: 'b.apps.example' });
    expect(refused.refused[0]?.facts?.request).toMatchObject({ host: 'b.apps.example' });
    expect(await ask({ host: 'a.apps.example', headers: [] })).toMatchObject({ realm: 'a.apps.example' });
    expect(unverified).toHaveLength(1);
  });

  it.each(['apps.example', 'a.b.apps.example', '*.apps.example.evil'])('does not take %s', async (host) => {
    expect(await asking(wildcard).outcome({ host })).toBe('route.unknown');
  });
});

describe('a path that is opened', () => {
  const opened = { pathExceptions: ['encoded_slash', 'double_slash', 'semicolon'] } as const;

  it('goes on as it came, and is seen so by the policy', async () => {
    const policy = { allow: { and: [{ authenticated_user: true }, { http_path: '/p/a%2Fb' }] } };
    const { ask, outcome } = asking(opened, { policy });
    expect(await ask({ target: '/p/a%2Fb?q' })).toMatchObject({ kind: 'forward', target: '/p/a%2Fb?q' });
    expect(await outcome({ target: '/p/a/b' })).toBe('policy.refused');
  });

  it.each(['/a%5cb', '/a/%2e%2e/b', '/a%2f..%2fb', '/a%252fb', '/a/..;/b', '/a%00'])(
    'is not %s',
    async (target) => {
      expect(await asking(opened).outcome({ target })).toBe('path.ambiguous');
    },
  );

  it.each(['//.pomerium/user', '/.pomerium%2fuser', '/%2f.pomerium', '/.pomerium;a/user', '/%2epomerium//'])(
    'is not ours in disguise: %s',
    async (target) => {
      expect(await asking(opened, { public: true }).outcome({ target })).toBe('route.unknown');
    },
  );
});

describe('a path that is rewritten', () => {
  const rewriting = { prefix: '/in', rewriting: { prefix: '/out' } };

  it('is decided on as it came and goes on as the route says', async () => {
    const policy = { allow: { and: [{ authenticated_user: true }, { http_path: { starts_with: '/in/' } }] } };
    const { ask } = asking(rewriting, { policy });
    expect(await ask({ target: '/in/%7Ea?q=/in' })).toMatchObject({
      kind: 'forward',
      target: '/out/~a?q=/in',
    });
  });

  it('that becomes ambiguous is refused before anybody is asked who they are', async () => {
    // The upstream would read `//b` where one slash was decided on.
    const written = { regexRewrite: { pattern: '/in(.*)', substitution: '/out/\\1' } };
    const compiled = compileRewriting(route(), written);
    if (!compiled.ok) throw new Error('the rewriting compiles');
    const { ask, unverified } = asking({ rewriting: compiled.value });
    expect(await ask({ target: '/in/b', headers: [] })).toMatchObject({ code: 'path.ambiguous' });
    expect(unverified).toMatchObject([{ code: 'path.ambiguous', route: 'app' }]);
  });
});

describe('a route that answers itself', () => {
  const answers: Route['answers'] = ({ host, target }) => ({
    status: 302,
    headers: [['Location', `https://${host}${target}x`]],
    body: '',
  });
  const { upstream: _, ...self } = route({ answers }, ANYBODY);

  it('answers whoever may pass, and is recorded', async () => {
    const fx = asking();
    const deps = { ...fx.deps, snapshot: () => ({ ...fx.deps.snapshot(), routes: [self] }) };
    const ask = (headers: readonly HeaderLine[]) =>
      decide(deps, {
        head: { method: 'GET', target: '/a?b', headers, remoteAddress: '' },
        host: 'app.example',
        port: undefined,
        websocket: false,
      });
    expect(await ask([CREDENTIAL])).toEqual({
      kind: 'answer',
      decisionId: fx.passed[0]?.id,
      routeName: 'app',
      answer: { status: 302, headers: [['Location', 'https://app.example/a?bx']], body: '' },
    });
    expect(await ask([])).toMatchObject({ kind: 'refuse', code: 'credential.missing' });
    expect(await ask([['Authorization', `Bearer ${value('x')}`]])).toMatchObject({
      kind: 'refuse',
      code: 'credential.invalid',
    });
  });
});

describe('somebody who shows nothing', () => {
  const nobody = { headers: [] };

  it.each([
    [{ or: [{ accept: true }] }, 'forward'],
    [{ and: [{ accept: true }, { http_method: 'GET' }] }, 'forward'],
    [{ and: [{ accept: true }, { http_method: 'PUT' }] }, 'credential.missing'],
    // About the request alone: it was written about people who have signed in.
    [{ and: [{ http_method: 'GET' }] }, 'credential.missing'],
    [{ or: [{ source_ip: '192.0.2.0/24' }] }, 'credential.missing'],
    [{ or: [{ domain: 'acme.example' }] }, 'credential.missing'],
  ] as const)('passes where the policy speaks of nobody: %j → %s', async (allow, expected) => {
    expect(await asking({}, { policy: { allow } as never }).outcome(nobody)).toBe(expected);
  });

  it('is never let in by a deny, nor by one that nobody can judge', async () => {
    const allow = { or: [{ accept: true }] };
    const byAddress = { policy: { allow, deny: { or: [{ source_ip: '192.0.2.0/24' }] } } };
    expect(await asking({}, byAddress).outcome(nobody)).toBe('policy.refused');
    expect(await asking({}, byAddress).outcome({ headers: [], address: '198.51.100.1' })).toBe('forward');
    // Here nobody asks for certificates: whether one is that one cannot be said.
    const unknowable = { or: [{ client_certificate: { fingerprint: 'ab'.repeat(32) } }] };
    expect(await asking({}, { policy: { allow, deny: unknowable } }).outcome(nobody)).toBe('policy.refused');
  });

  it('is nobody with a foreign Authorization, or with a bad token', async () => {
    const { outcome } = asking({}, { policy: { allow: { or: [{ accept: true }] } } });
    expect(await outcome({ headers: [['Authorization', 'Basic eDp5']] })).toBe('credential.invalid');
    expect(await outcome({ headers: [['Authorization', `Bearer ${value('x')}`]] })).toBe(
      'credential.invalid',
    );
  });
});

describe('a preflight', () => {
  const document = { ...ANYBODY, corsPreflight: true } as const;
  const preflight = { method: 'OPTIONS', headers: PREFLIGHT };

  it('passes without a credential where the route says so', async () => {
    expect(await asking({ access: 'policy' }, document).ask(preflight)).toMatchObject({
      kind: 'forward',
      spentCarriers: [],
    });
    expect(await asking().outcome(preflight)).toBe('credential.missing');
  });

  it.each([
    ['GET', PREFLIGHT],
    ['PUT', PREFLIGHT],
    ['OPTIONS', PREFLIGHT.slice(0, 1)],
    ['OPTIONS', PREFLIGHT.slice(1)],
    ['OPTIONS', []],
  ] as const)('is nothing but that: %s %j', async (method, headers) => {
    const { outcome } = asking({ access: 'policy' }, document);
    expect(await outcome({ method, headers })).toBe('credential.missing');
  });

  it('is refused all the same by a deny', async () => {
    const denied = { ...document, policy: { deny: { or: [{ cors_preflight: true }] } } };
    expect(await asking({ access: 'policy' }, denied).outcome(preflight)).toBe('policy.refused');
  });
});

describe('a Basic challenge', () => {
  it('goes with the refusals of its route', async () => {
    const { ask } = asking({ basicChallenge: true });
    expect(await ask({ headers: [] })).toMatchObject({ basicChallenge: true });
    expect(await asking().ask({ headers: [] })).not.toHaveProperty('basicChallenge');
  });
});

describe('time', () => {
  it('is that of the decision', async () => {
    const policy = (after: string) => ({
      policy: { allow: { and: [{ authenticated_user: true }, { date: { after } }] } },
    });
    // The clock of the fixture stands at 2,000 seconds.
    expect(await asking({}, policy('1970-01-01T00:33:20Z')).outcome({})).toBe('forward');
    expect(await asking({}, policy('1970-01-01T00:33:21Z')).outcome({})).toBe('policy.refused');
  });
});
