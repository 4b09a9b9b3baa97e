import { describe, expect, it } from 'vitest';
import type { Directory } from '../exchange/model.ts';
import { compileTrust } from './dialect/trust.ts';
import type { TrustPolicy } from './model.ts';
import { runPolicyTest, type PolicyTest, type PolicyTestOutcome } from './policy-test.ts';

const directory: Directory = {
  organization: 'acme',
  members: new Map([['ada', { user: 'usr_ada', login: 'ada', role: 'admin' }]]),
  teams: new Map([['platform', { name: 'platform', displayName: 'Platform', members: ['ada'] }]]),
  runners: new Set(['linux']),
  resources: new Set(['https://orders.acme.example']),
};

const deploy: TrustPolicy = {
  decision: 'allow',
  tokenType: 'team',
  target: '*',
  permissions: [],
  rules: { sub: 'repo:acme/shop:ref:refs/heads/main' },
  match: {},
};

const claims = { sub: 'repo:acme/shop:ref:refs/heads/main' };
const request = { type: 'team', scope: 'team:platform' } as const;

function run(test: Partial<PolicyTest>, ...policies: readonly TrustPolicy[]): PolicyTestOutcome {
  const trust = compileTrust(policies.length === 0 ? [deploy] : policies);
  if (!trust.ok) throw new Error(JSON.stringify(trust.error));
  const issuer = { id: 'iss_1', name: 'ci', organization: 'acme', maxExpiration: 3_600, trust: trust.value };
  return runPolicyTest({ issuer, directory }, { claims, request, expect: 'allow', ...test });
}

describe('a test of policies', () => {
  it('passes when what it expects comes of it', () => {
    expect(run({})).toMatchObject({
      passed: true,
      effect: 'allow',
      decision: { determining: ['policies[0]'] },
    });
    expect(run({ claims: { sub: 'x' }, expect: 'deny' })).toMatchObject({ passed: true, effect: 'deny' });
  });

  it('fails when something else does, and says why', () => {
    expect(run({ expect: 'deny' })).toMatchObject({ passed: false, effect: 'allow' });
    const outcome = run({ claims: { sub: 'repo:acme/shop:pull_request' } });
    expect(outcome).toMatchObject({ passed: false, effect: 'deny' });
    expect(outcome.lines.join('\n')).toContain('(seen "repo:acme/shop:pull_request")');
    expect(outcome.nearest.map(({ rule }) => rule)).toEqual(['policies[0]']);
  });

  it('asks what the server asks: any deny wins', () => {
    const stop: TrustPolicy = { ...deploy, decision: 'deny' };
    expect(run({ expect: 'deny' }, deploy, stop)).toMatchObject({ passed: true, effect: 'deny' });
  });

  it.each([
    ['team', 'team:ghost'],
    ['personal', 'user:ghost'],
    ['runner', 'runner:ghost'],
  ] as const)(
    'fails for a %s that does not exist, whatever it expects: it would prove nothing',
    (type, scope) => {
      for (const expected of ['allow', 'deny'] as const) {
        const outcome = run({ request: { type, scope }, expect: expected });
        expect(outcome).toMatchObject({ passed: false, effect: 'deny' });
        expect(outcome.lines.at(-1)).toContain('proves nothing');
      }
    },
  );

  it('knows every sort of target', () => {
    const people: TrustPolicy = { ...deploy, tokenType: 'personal' };
    const machines: TrustPolicy = { ...deploy, tokenType: 'runner' };
    const { target: _, ...rest } = deploy;
    const all: TrustPolicy = { ...rest, tokenType: 'organization', permissions: ['admin'] };
    expect(run({ request: { type: 'personal', scope: 'user:ada' } }, people).passed).toBe(true);
    expect(run({ request: { type: 'runner', scope: 'runner:linux' } }, machines).passed).toBe(true);
    expect(run({ request: { type: 'organization', scope: 'admin' } }, all).passed).toBe(true);
    expect(run({ request: { type: 'organization', scope: '' } }, all).passed).toBe(true);
  });

  it('fails when its scope is none, whatever it expects', () => {
    const outcome = run({ request: { type: 'team', scope: 'platform' }, expect: 'deny' });
    expect(outcome).toMatchObject({ passed: false, effect: 'deny' });
    expect(outcome.decision).toBeUndefined();
    expect(outcome.lines.join()).toContain('proves nothing');
  });

  it('says so when policies allow and nothing is granted all the same', () => {
    const outcome = run({}, { ...deploy, resources: ['https://gone.acme.example'] });
    expect(outcome).toMatchObject({ passed: false, effect: 'deny', decision: { effect: 'allow' } });
    expect(outcome.lines.at(-1)).toBe('Refused all the same: policy.refused.');
  });
});
