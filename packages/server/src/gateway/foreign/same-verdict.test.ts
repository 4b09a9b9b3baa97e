import type { Claims, Target } from '@countersign/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchangeToken } from '../../exchange/exchange-token.ts';
import type { TokenRecord } from '../../tokens/model.ts';
import { assertionClaims } from '../assertion-claims.ts';
import { decide } from '../decide.ts';
import { factsOf } from '../facts.ts';
import { openSqlite } from '../../storage/engine/sqlite.ts';
import { mint, startDirectRig, type DirectRig } from '../testing/direct-rig.ts';

/** A token that is presented as it is decides like the access token that it could have been exchanged for. */

const KINDS = ['organization', 'team', 'runner', 'personal'] as const;
const NAMED = {
  organization: [{}, { type: 'organization', admin: false }],
  team: [{ team: 'platform' }, { type: 'team', team: 'platform' }],
  runner: [{ runner: 'linux' }, { type: 'runner', runner: 'linux' }],
  personal: [{ user: 'ada' }, { type: 'personal', login: 'ada' }],
} as const satisfies Record<(typeof KINDS)[number], readonly [object, Target]>;

/** One route for each criterion that looks at the token, and one for everybody. */
const ROUTES: Readonly<Record<string, object>> = {
  anybody: { allow_any_authenticated_user: true },
  claim: { policy: { allow: { and: [{ 'claim/repository': 'acme/shop' }] } } },
  deep: { policy: { allow: { and: [{ 'claim/kubernetes.namespace': 'deploy' }] } } },
  list: { policy: { allow: { and: [{ 'claim/groups': { has: 'ops' } }] } } },
  issuer: { policy: { allow: { and: [{ issuer: 'acme/ci' }] } } },
  type: { policy: { allow: { or: [{ token_type: 'team' }, { token_type: 'personal' }] } } },
  team: { policy: { allow: { or: [{ team: 'acme/platform' }] } } },
  organization: { policy: { allow: { or: [{ organization: 'acme' }] } } },
  runner: { policy: { allow: { or: [{ runner: 'acme/linux' }] } } },
  domain: { policy: { allow: { or: [{ domain: 'acme.example' }] } } },
  email: { policy: { allow: { or: [{ email: 'ada@acme.example' }] } } },
  actor: { policy: { deny: { or: [{ 'claim/act.sub': 'x' }] }, allow: { or: [{ accept: true }] } } },
};

const house = (policies: readonly object[]) => ({
  organizations: [
    {
      name: 'acme',
      members: [{ login: 'ada', email: 'ada@acme.example', role: 'admin' }],
      teams: [{ name: 'platform', members: ['ada'] }],
      runners: [{ name: 'linux' }],
      issuers: [{ name: 'ci', url: 'https://ci.example', policies }],
    },
  ],
  routes: Object.entries(ROUTES).map(([name, access]) => ({
    name,
    from: `https://${name}.example`,
    to: 'http://127.0.0.1:9',
    issuers: ['acme/ci'],
    pass_identity_headers: true,
    jwt_claims_headers: { 'x-repository': 'repository' },
    ...access,
  })),
});

const policy = fc
  .record({
    decision: fc.constantFrom('allow', 'allow', 'deny'),
    kind: fc.constantFrom(...KINDS),
    sub: fc.constantFrom('repo:acme/*', 'repo:acme/shop', 'nobody'),
    life: fc.constantFrom(undefined, '10m'),
    resources: fc.constantFrom(undefined, ['https://anybody.example', 'https://claim.example']),
  })
  .map(({ decision, kind, sub, life, resources }) => ({
    decision,
    token_type: kind,
    rules: { sub },
    ...NAMED[kind][0],
    ...(decision === 'deny' ? {} : { max_expiration: life, resources }),
  }));

const claims = fc.record(
  {
    repository: fc.constantFrom('acme/shop', 'acme/other', ['acme/shop'], 42),
    kubernetes: fc.constantFrom({ namespace: 'deploy' }, 'deploy', null),
    groups: fc.constantFrom(['ops'], 'ops', []),
    email: fc.constantFrom('ada@acme.example', 'x@evil.example'),
    act: fc.constantFrom({ sub: 'x' }, {}),
    sub: fc.constantFrom('repo:acme/shop', 'repo:acme/x', 'nobody'),
  },
  { requiredKeys: ['sub'] },
);

let rig: DirectRig;
beforeAll(async () => {
  rig = startDirectRig(house([]), await openSqlite({ path: ':memory:' }));
});
afterAll(() => rig.close());

/** The access token of an exchange of this token for this target, as the table knows it. */
async function exchanged(subjectToken: string, target: Target): Promise<TokenRecord | undefined> {
  const { exchange } = rig.process();
  let record: TokenRecord | undefined;
  const table = {
    remove: () => true,
    insert: (_hash: Uint8Array, token: TokenRecord) => {
      record = token;
      return true;
    },
  };
  await exchangeToken(
    { ...exchange, table },
    {
      audience: 'urn:pulumi:org:acme',
      subjectToken,
      target,
      resources: [],
      remoteAddress: '',
      expiration: 3600,
    },
  );
  return record;
}

const stable = ({ id: _, exchange: __, ...token }: TokenRecord): object => token;

describe('presenting a token directly', () => {
  it('decides on every route as exchanging it first and presenting that', async () => {
    let jobs = 0;
    let passed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(policy, { minLength: 1, maxLength: 4 }), claims, async (policies, said) => {
        rig.reload(house(policies));
        rig.start();
        const token = mint({ ...said, jti: `${(jobs += 1)}` });
        const { deps, verdict } = rig.process();
        const snapshot = deps.snapshot();
        const [route] = snapshot.routes;
        if (!route) throw new Error('no route');
        const shown = { snapshot, route, value: token, remoteAddress: '' };
        const presented = await deps.foreign.present(shown);
        if (presented.state !== 'live') return;
        const direct = presented.token;
        const kind = direct.principal.kind === 'user' ? 'personal' : direct.principal.kind;
        if (kind === 'administrator' || kind === 'service') throw new Error('no issuer vouches for that');
        const access = await exchanged(token, NAMED[kind][1]);
        if (!access) throw new Error('the exchange was refused');
        expect(stable(direct)).toEqual(stable(access));
        for (const name of Object.keys(ROUTES)) {
          const host = `${name}.example`;
          const head = { method: 'GET', target: '/', headers: [], remoteAddress: '192.0.2.1' };
          const request = { head, host, port: undefined, websocket: false };
          const asked = { time: deps.clock.now(), request, snapshot, path: '/' };
          expect(factsOf(asked, direct)).toEqual(factsOf(asked, access));
          const decision = await decide(
            { ...deps, present: () => ({ state: 'live', token: access }) },
            { ...request, head: { ...head, headers: [['Authorization', `Bearer csp_x`]] } },
          );
          const expected = decision.kind === 'refuse' ? decision.code : access.principal.kind;
          expect(await verdict({ token, host })).toBe(expected);
          passed += decision.kind === 'forward' ? 1 : 0;
        }
        const told = (one: TokenRecord): Claims =>
          assertionClaims({ token: { ...one, id: '' }, route, host: 'h', jti: '', now: 0 });
        expect(told(direct)).toEqual(told(access));
      }),
      { numRuns: 60 },
    );
    // It has compared something.
    expect(passed).toBeGreaterThan(0);
  });
});
