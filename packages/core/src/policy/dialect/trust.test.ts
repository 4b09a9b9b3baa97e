import { describe, expect, it } from 'vitest';
import type { Claims, Json } from '../../claims.ts';
import type { Decision } from '../../decision.ts';
import { TOKEN_TYPES } from '../../token/token-type.ts';
import type { CompiledTrust } from '../compile.ts';
import { evaluate } from '../evaluate.ts';
import type { TrustPolicy } from '../model.ts';
import { celConditions } from '../condition.ts';
import { compileTrust } from './trust.ts';

const base = { decision: 'allow', permissions: [], rules: { sub: 'repo:acme/*' }, match: {} } as const;
const organization: TrustPolicy = { ...base, tokenType: 'organization' };
const team: TrustPolicy = { ...base, tokenType: 'team', target: 'platform' };

function compiled(...policies: readonly TrustPolicy[]): CompiledTrust {
  const trust = compileTrust(policies, { conditions: celConditions });
  if (!trust.ok) throw new Error(JSON.stringify(trust.error));
  return trust.value;
}

function problems(...policies: readonly TrustPolicy[]): readonly string[] {
  const trust = compileTrust(policies, { conditions: celConditions });
  return trust.ok ? [] : trust.error.map((problem) => `${problem.path.join('/')}: ${problem.message}`);
}

function decide(
  trust: CompiledTrust,
  request: Readonly<Record<string, Json>>,
  claims: Claims = { sub: 'repo:acme/app' },
): Decision {
  return evaluate(trust.policy, { claims, request: { admin: false, ...request } });
}

describe('selection', () => {
  it('looks only at policies of the requested type and target', () => {
    const trust = compiled(organization, team);
    expect(decide(trust, { token_type: 'organization' }).determining).toEqual(['policies[0]']);
    expect(decide(trust, { token_type: 'team', target: 'platform' }).determining).toEqual(['policies[1]']);
    expect(decide(trust, { token_type: 'team', target: 'payments' }).effect).toBe('deny');
    expect(decide(trust, { token_type: 'runner', target: 'platform' }).effect).toBe('deny');
    expect(decide(trust, { token_type: 'team' }).effect).toBe('deny');
  });

  it('takes a target for a pattern', () => {
    const trust = compiled({ ...team, target: 'plat*' });
    expect(decide(trust, { token_type: 'team', target: 'platform' }).effect).toBe('allow');
    expect(decide(trust, { token_type: 'team', target: 'xplat' }).effect).toBe('deny');
  });

  it('needs the conditions of both dialects', () => {
    const trust = compiled({ ...organization, match: { ref: { equals: 'main' } } });
    const request = { token_type: 'organization' };
    expect(decide(trust, request, { sub: 'repo:acme/app', ref: 'main' }).effect).toBe('allow');
    expect(decide(trust, request, { sub: 'repo:acme/app', ref: 'dev' }).effect).toBe('deny');
    expect(decide(trust, request, { sub: 'repo:evil/app', ref: 'main' }).effect).toBe('deny');
    expect(decide(trust, request, { sub: 'repo:acme/app' }).effect).toBe('deny');
  });

  it('gives admin only by an allow that lists it', () => {
    const request = { token_type: 'organization', admin: true };
    expect(decide(compiled(organization), request).effect).toBe('deny');
    const admin = compiled({ ...organization, permissions: ['admin'] });
    expect(decide(admin, request).effect).toBe('allow');
    expect(decide(admin, { token_type: 'organization' }).effect).toBe('allow');
  });

  it('does not allow an organization token when nobody says whether it is for admin', () => {
    const facts = { claims: { sub: 'repo:acme/app' }, request: { token_type: 'organization' } };
    expect(evaluate(compiled(organization).policy, facts).effect).toBe('deny');
  });
});

describe('a condition', () => {
  const condition = 'claims.actor == claims.owner';

  it('has to hold beside all tests', () => {
    const trust = compiled({ ...organization, condition });
    const request = { token_type: 'organization' };
    expect(decide(trust, request, { sub: 'repo:acme/app', actor: 'a', owner: 'a' }).effect).toBe('allow');
    expect(decide(trust, request, { sub: 'repo:acme/app', actor: 'a', owner: 'b' }).effect).toBe('deny');
    expect(decide(trust, request, { sub: 'repo:acme/app', actor: 'a' }).effect).toBe('deny');
    expect(decide(trust, request, { sub: 'repo:evil/app', actor: 'a', owner: 'a' }).effect).toBe('deny');
  });

  it('is condition enough for an allow', () => {
    expect(problems({ ...organization, rules: {}, condition })).toEqual([]);
  });

  it('of a deny denies when it cannot be evaluated', () => {
    const deny: TrustPolicy = { ...organization, decision: 'deny', rules: {}, condition };
    const request = { token_type: 'organization' };
    const trust = compiled(organization, deny);
    const claims = { sub: 'repo:acme/app', actor: 'a' };
    expect(decide(trust, request, claims)).toMatchObject({ determining: ['policies[1]'] });
    expect(decide(trust, request, { ...claims, owner: 'b' }).effect).toBe('allow');
  });

  it('is refused where it stands', () => {
    const wrong = { ...organization, condition: 'claim.sub == "x"' };
    expect(problems(organization, wrong, { ...wrong, maxExpiration: 0 })).toEqual([
      '2/maxExpiration: expected a whole number of seconds, at least 1',
      expect.stringContaining('1/condition: unknown variable "claim"'),
      expect.stringContaining('2/condition: unknown variable "claim"'),
    ]);
  });

  it('does not compile where nobody has loaded its engine', () => {
    const trust = compileTrust([{ ...organization, condition }]);
    expect(trust).toMatchObject({ ok: false, error: [{ path: [0, 'condition'] }] });
  });
});

describe('audit mode', () => {
  it('lets a policy watch and not decide', () => {
    const deny: TrustPolicy = { ...organization, decision: 'deny', mode: 'audit' };
    const request = { token_type: 'organization' };
    expect(decide(compiled(organization, deny), request)).toMatchObject({
      effect: 'allow',
      determining: ['policies[0]'],
      audited: ['policies[1]'],
    });
    expect(decide(compiled({ ...organization, mode: 'audit' }), request)).toMatchObject({
      effect: 'deny',
      determining: [],
      audited: ['policies[0]'],
    });
    expect(decide(compiled({ ...organization, mode: 'enforce' }), request).effect).toBe('allow');
  });
});

describe('the terms of a grant', () => {
  it('are kept by rule: format, and resources in canonical form, each once', () => {
    const trust = compiled(
      { ...organization, format: 'jwt', resources: ['HTTPS://App.example:443/', 'https://app.example'] },
      { ...organization, format: 'opaque' },
    );
    expect([...trust.signed]).toEqual(['policies[0]']);
    expect([...trust.resources]).toEqual([['policies[0]', ['https://app.example']]]);
  });

  it('are refused where they cannot be read', () => {
    const found = problems(
      { ...organization, format: 'JWT' as 'jwt' },
      { ...organization, mode: 'Audit' as 'audit' },
      { ...organization, resources: ['https://app.example', 'https://app.example/../x', '*'] },
      { ...organization, resources: [] },
    );
    expect(found.map((problem) => problem.split(':')[0])).toEqual([
      '0/format',
      '1/mode',
      '2/resources/1',
      '2/resources/2',
      '3/resources',
    ]);
  });

  it('are not for a deny, which grants nothing', () => {
    const deny: TrustPolicy = { ...organization, decision: 'deny' };
    const terms = { maxExpiration: 60, format: 'jwt', resources: ['https://app.example'] } as const;
    expect(problems({ ...deny, ...terms }).map((problem) => problem.split(':')[0])).toEqual([
      '0/maxExpiration',
      '0/format',
      '0/resources',
    ]);
  });

  it('name 100 resources and no more', () => {
    const resources = Array.from({ length: 101 }, (_, index) => `https://app-${index}.example`);
    expect(problems({ ...organization, resources: resources.slice(1) })).toEqual([]);
    expect(problems({ ...organization, resources })).toHaveLength(1);
  });
});

describe('a deny', () => {
  const deny: TrustPolicy = { decision: 'deny', tokenType: 'team', permissions: [], rules: {}, match: {} };

  it('without a target speaks for every target of its type', () => {
    const trust = compiled(team, { ...team, target: 'payments' }, organization, deny);
    for (const target of ['platform', 'payments'])
      expect(decide(trust, { token_type: 'team', target })).toMatchObject({
        effect: 'deny',
        determining: ['policies[3]'],
      });
    expect(decide(trust, { token_type: 'organization' }).effect).toBe('allow');
  });

  it('with a target speaks for that one', () => {
    const trust = compiled(team, { ...team, target: 'payments' }, { ...deny, target: 'pay*' });
    expect(decide(trust, { token_type: 'team', target: 'payments' }).effect).toBe('deny');
    expect(decide(trust, { token_type: 'team', target: 'platform' }).effect).toBe('allow');
  });

  it.each([{ permissions: [] }, { permissions: ['admin'] }] as const)(
    'denies with and without admin, whatever its permissions say: %j',
    ({ permissions }) => {
      const admin: TrustPolicy = { ...organization, permissions: ['admin'] };
      const trust = compiled(admin, { ...deny, tokenType: 'organization', permissions });
      for (const wanted of [true, false])
        expect(decide(trust, { token_type: 'organization', admin: wanted }).effect).toBe('deny');
    },
  );

  it('denies when its condition cannot be evaluated', () => {
    const trust = compiled(team, { ...deny, match: { run: { prefix: 'x' } } });
    const request = { token_type: 'team', target: 'platform' };
    expect(decide(trust, request, { sub: 'repo:acme/app', run: 5 }).determining).toEqual(['policies[1]']);
  });
});

describe('compileTrust', () => {
  it('compiles no policies at all to default deny', () => {
    expect(decide(compiled(), { token_type: 'organization' })).toMatchObject({
      effect: 'deny',
      determining: [],
    });
  });

  it('keeps the longest lifetime of the policies that set one', () => {
    const trust = compiled(organization, { ...team, maxExpiration: 3_600 });
    expect([...trust.maxExpiration]).toEqual([['policies[1]', 3_600]]);
  });

  it.each(TOKEN_TYPES.filter((type) => type !== 'organization'))(
    'refuses an allow of type %s without a target',
    (tokenType) => {
      expect(problems({ ...base, tokenType })).toEqual([expect.stringContaining('has to name its')]);
    },
  );

  it('refuses an allow without conditions, which would trust the whole issuer', () => {
    expect(problems({ ...organization, rules: {} })).toEqual([
      expect.stringContaining('at least one condition'),
    ]);
  });

  it('reports all problems of all policies together', () => {
    const found = problems(
      { ...organization, target: 'x' },
      { ...team, permissions: ['admin'], rules: { 'a.': 'x' }, match: { b: 'x' } },
      { ...team, target: 'x'.repeat(1_025) },
      { ...team, maxExpiration: 0 },
      { ...team, maxExpiration: 1.5 },
      { ...team, decision: 'deny', maxExpiration: 60 },
    );
    expect(found.map((problem) => problem.split(':')[0])).toEqual([
      '0/target',
      '1/permissions',
      '1/rules/a.',
      '1/match/b',
      '2/target',
      '3/maxExpiration',
      '4/maxExpiration',
      '5/maxExpiration',
    ]);
  });

  it('takes 5,000 policies and no more', () => {
    const policies = Array.from({ length: 5_001 }, () => team);
    expect(problems(...policies.slice(1))).toEqual([]);
    expect(problems(...policies)).toHaveLength(1);
  });
});
