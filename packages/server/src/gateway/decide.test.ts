import { hostResource, type HeaderLine, type RefusalCode, type Route } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import type { GatewayDecision } from './model.ts';
import { ALICE, ANYBODY, alice, fixture, route, token, value } from './testing/fixture.ts';

const bearer = (shown: string): HeaderLine => ['Authorization', `Bearer ${shown}`];
const FOREIGN: HeaderLine = ['Authorization', 'Bearer eyJhbGciOiJub25lIn0.e30.'];

interface Ask {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly HeaderLine[];
  readonly host?: string;
  readonly websocket?: boolean;
}

function asking(over: Partial<Route> = {}, access: Parameters<typeof route>[1] = ANYBODY) {
  const fx = fixture([route(over, access)]);
  const ask = async (asked: Ask): Promise<GatewayDecision> =>
    decide(fx.deps, {
      head: {
        method: asked.method ?? 'GET',
        target: asked.target ?? '/',
        headers: asked.headers ?? [],
        remoteAddress: '192.0.2.1',
      },
      host: asked.host ?? 'app.example',
      port: undefined,
      websocket: asked.websocket ?? false,
    });
  const codeOf = async (asked: Ask): Promise<RefusalCode | 'forward'> => {
    const decision = await ask(asked);
    return decision.kind === 'refuse' ? decision.code : 'forward';
  };
  return { ...fx, ask, codeOf };
}

describe('the decision of the gateway', () => {
  it('lets a live token of the organization pass and says what the upstream gets', async () => {
    const { ask, passed } = asking();
    const decision = await ask({ target: '/a%7Eb?q=1', headers: [bearer(ALICE)] });
    expect(decision).toMatchObject({
      kind: 'forward',
      target: '/a~b?q=1',
      spentCarriers: ['authorization'],
      caller: { token: { id: 'tok_alice' } },
    });
    expect(passed).toMatchObject([
      {
        id: decision.decisionId,
        kind: 'gateway',
        effect: 'allow',
        organization: 'acme',
        route: 'app',
        principal: 'usr_alice',
        tokenId: 'tok_alice',
        remoteAddress: '192.0.2.1',
        policySet: 'policy-set-hash',
      },
    ]);
  });

  it('answers without a promise when the token is known and the answer is yes', () => {
    const { deps } = fixture([route({}, ANYBODY)]);
    const head = { method: 'GET', target: '/', headers: [bearer(ALICE)], remoteAddress: '' };
    expect(decide(deps, { head, host: 'app.example', port: undefined, websocket: false })).toHaveProperty(
      'kind',
      'forward',
    );
  });

  it.each(['/a/../b', '/a%2fb', '/a//b', '/a;b', '/%2e%2e/', '/%00', 'http://app.example/', '*'])(
    'refuses the ambiguous target %s before it looks at anything else',
    async (target) => {
      const { codeOf, unverified } = asking({}, { public: true });
      expect(await codeOf({ target, headers: [bearer(value('x'))] })).toBe('path.ambiguous');
      expect(unverified[0]).not.toHaveProperty('route');
    },
  );

  it('knows no path outside of the routes, and none below /.pomerium', async () => {
    const { codeOf } = asking({}, { public: true });
    expect(await codeOf({ target: '/.pomerium/', headers: [bearer(ALICE)] })).toBe('route.unknown');
    expect(await codeOf({ target: '/%2epomerium/sign_out' })).toBe('route.unknown');
    expect(await codeOf({ target: '/.pomerium' })).toBe('route.unknown');
    expect(await codeOf({ target: '/.pomeriumish' })).toBe('forward');
    expect(await asking({ prefix: '/api' }).codeOf({ target: '/apix' })).toBe('route.unknown');
    expect(await codeOf({ host: 'other.example' })).toBe('route.unknown');
  });

  it.each([
    ['nothing', [], 'credential.missing'],
    ['an empty Pomerium value', [['Authorization', 'Pomerium ']], 'credential.missing'],
    ['a foreign token alone', [FOREIGN], 'credential.invalid'],
    ['an unknown token', [bearer(value('x'))], 'credential.invalid'],
    ['a malformed token of ours', [bearer('csp_short')], 'credential.invalid'],
    ['two Authorization lines', [bearer(ALICE), bearer(ALICE)], 'credential.invalid'],
  ] as const)('with %s it answers %s', async (_name, headers, code) => {
    const { codeOf, unverified } = asking();
    expect(await codeOf({ headers })).toBe(code);
    expect(unverified).toMatchObject([{ code, effect: 'deny', organization: 'acme', route: 'app' }]);
    expect(unverified[0]).not.toHaveProperty('facts');
  });

  it.each([
    ['expired', 'credential.expired'],
    ['revoked', 'credential.revoked'],
    ['invalid', 'credential.invalid'],
    ['unavailable', 'server.storage'],
  ] as const)('with a token that is %s it answers %s', async (state, code) => {
    const { codeOf, presented } = asking();
    presented.set(ALICE, { state });
    expect(await codeOf({ headers: [bearer(ALICE)] })).toBe(code);
  });

  it('does not look for another carrier when the first one fails', async () => {
    const { codeOf } = asking();
    expect(await codeOf({ headers: [['X-Pomerium-Authorization', value('x')], bearer(ALICE)] })).toBe(
      'credential.invalid',
    );
  });

  it('waits for a presenter that has to ask storage', async () => {
    const { deps } = fixture([route({}, ANYBODY)]);
    const slow = { ...deps, present: async () => ({ state: 'live', token: token() }) as const };
    const head = { method: 'GET', target: '/', headers: [bearer(ALICE)], remoteAddress: '' };
    expect(
      await decide(slow, { head, host: 'app.example', port: undefined, websocket: false }),
    ).toHaveProperty('kind', 'forward');
  });
});

describe('tenants', () => {
  it.each([
    ['organization', { kind: 'organization', organization: 'rival' }],
    ['identity_provider', { kind: 'identity_provider', provider: 'idp', organizations: ['rival'] }],
    ['server', { kind: 'server' }],
  ] as const)(
    'a token vouched for by another %s is nobody here, and that is stored',
    async (_name, vouchedBy) => {
      for (const access of [ANYBODY, { public: true } as const]) {
        const { codeOf, presented, refused } = asking({}, access);
        presented.set(ALICE, { state: 'live', token: token({ principal: { ...alice, vouchedBy } }) });
        expect(await codeOf({ headers: [bearer(ALICE)] })).toBe('credential.invalid');
        expect(refused).toMatchObject([{ code: 'credential.invalid', tokenId: 'tok_alice' }]);
        expect(refused[0]).not.toHaveProperty('facts');
      }
    },
  );

  it('any one of the route’s organizations is enough', async () => {
    const { codeOf } = asking({ organizations: ['rival', 'acme'] });
    expect(await codeOf({ headers: [bearer(ALICE)] })).toBe('forward');
  });
});

describe('a token that is limited to resources', () => {
  const limited = (...resources: readonly string[]) => token({ resources });

  it.each([
    ['everybody of the organization', ANYBODY],
    ['everybody at all', { public: true }],
  ] as const)('opens its own routes and no other, also one for %s', async (_name, access) => {
    const { codeOf, presented, refused } = asking({}, access);
    presented.set(ALICE, { state: 'live', token: limited('https://b.example', 'https://app.example') });
    expect(await codeOf({ headers: [bearer(ALICE)] })).toBe('forward');
    presented.set(ALICE, { state: 'live', token: limited('https://b.example', 'https://app.example/below') });
    expect(await codeOf({ headers: [bearer(ALICE)] })).toBe('credential.audience');
    expect(refused).toMatchObject([{ code: 'credential.audience', tokenId: 'tok_alice' }]);
    expect(refused[0]).not.toHaveProperty('facts');
  });

  it('of a host opens what that host serves and nothing of another, were it of one wildcard', async () => {
    const { codeOf, presented } = asking({ host: '*.app.example' });
    presented.set(ALICE, { state: 'live', token: limited(hostResource('one.app.example')) });
    const codeAt = (host: string) => codeOf({ host, headers: [bearer(ALICE)] });
    expect(await codeAt('one.app.example')).toBe('forward');
    expect(await codeAt('two.app.example')).toBe('credential.audience');
  });

  it('is refused before the policy is asked', async () => {
    const { codeOf, presented } = asking({}, { policy: { deny: { and: [{ accept: true }] } } });
    presented.set(ALICE, { state: 'live', token: limited('https://b.example') });
    expect(await codeOf({ headers: [bearer(ALICE)] })).toBe('credential.audience');
  });

  it('of another organization is nobody here first of all', async () => {
    const { codeOf, presented } = asking({ organizations: ['rival'] });
    presented.set(ALICE, { state: 'live', token: limited('https://b.example') });
    expect(await codeOf({ headers: [bearer(ALICE)] })).toBe('credential.invalid');
  });
});

describe('who vouched', () => {
  it.each([
    ['iss_ci', 'acme/ci'],
    ['idp_corp', 'corp'],
    ['iss_gone', undefined],
  ])('is recorded by name: %s as %s', async (issuer, issuerName) => {
    const { ask, passed, presented } = asking();
    presented.set(ALICE, { state: 'live', token: token({ issuer }) });
    await ask({ headers: [bearer(ALICE)] });
    expect(passed.map((record) => [record.issuer, record.issuerName])).toEqual([[issuer, issuerName]]);
  });
});

describe('policies of routes', () => {
  const onlyBob = { policy: { allow: { and: [{ user: { is: 'usr_bob' } }] } } } as const;

  it('a refusal is stored with what the policy saw before it is answered', async () => {
    const { codeOf, refused } = asking({}, onlyBob);
    expect(await codeOf({ method: 'PUT', target: '/x?y', headers: [bearer(ALICE)] })).toBe('policy.refused');
    expect(refused).toMatchObject([
      {
        code: 'policy.refused',
        policySet: 'policy-set-hash',
        issuer: 'iss_ci',
        issuerName: 'acme/ci',
        facts: {
          claims: { repository: 'acme/app' },
          principal: { id: 'usr_alice' },
          request: { method: 'PUT', host: 'app.example', path: '/x' },
        },
      },
    ]);
  });

  it('a refusal that cannot be stored is a 503, not a 403', async () => {
    const { codeOf, storage } = asking({}, onlyBob);
    storage.up = false;
    expect(await codeOf({ headers: [bearer(ALICE)] })).toBe('server.storage');
  });

  it('no rule at all refuses everybody', async () => {
    const { codeOf } = asking({}, {});
    expect(await codeOf({ headers: [bearer(ALICE)] })).toBe('policy.refused');
  });
});

describe('public routes', () => {
  const open = { public: true } as const;

  it('ask nobody and leave a foreign Authorization alone', async () => {
    const { ask } = asking({}, open);
    expect(await ask({})).toMatchObject({ kind: 'forward', spentCarriers: [] });
    expect(await ask({ headers: [FOREIGN] })).toMatchObject({ kind: 'forward', spentCarriers: [] });
  });

  it('take a token that is shown all the same: identified, spent, and refused when it is bad', async () => {
    const { ask, codeOf } = asking({}, open);
    expect(await ask({ headers: [bearer(ALICE)] })).toMatchObject({
      caller: { token: { id: 'tok_alice' } },
      spentCarriers: ['authorization'],
    });
    expect(await codeOf({ headers: [bearer(value('x'))] })).toBe('credential.invalid');
  });

  it('refuse two credentials all the same', async () => {
    expect(await asking({}, open).codeOf({ headers: [FOREIGN, FOREIGN] })).toBe('credential.invalid');
  });

  it('still refuse what a deny rule names', async () => {
    const denyAlice = { public: true, policy: { deny: { and: [{ user: { is: 'usr_alice' } }] } } } as const;
    const { codeOf } = asking({}, denyAlice);
    expect(await codeOf({ headers: [bearer(ALICE)] })).toBe('policy.refused');
    const denyAll = asking({}, { public: true, policy: { deny: { and: [{ accept: true }] } } });
    expect(await denyAll.codeOf({})).toBe('policy.refused');
    expect(denyAll.unverified).toMatchObject([{ code: 'policy.refused', facts: { claims: {} } }]);
  });
});

describe('WebSockets', () => {
  it('need a route that allows them', async () => {
    const { codeOf, refused } = asking({ allowWebsockets: false });
    expect(await codeOf({ headers: [bearer(ALICE)], websocket: true })).toBe('policy.refused');
    expect(refused).toHaveLength(1);
    const open = asking({ allowWebsockets: false }, { public: true });
    expect(await open.codeOf({ websocket: true })).toBe('policy.refused');
    expect(await asking().codeOf({ headers: [bearer(ALICE)], websocket: true })).toBe('forward');
  });

  it('are decided on like everything else', async () => {
    expect(await asking().codeOf({ websocket: true })).toBe('credential.missing');
  });
});
