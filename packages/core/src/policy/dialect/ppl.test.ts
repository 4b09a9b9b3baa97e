import { describe, expect, it } from 'vitest';
import type { Claims, Json } from '../../claims.ts';
import type { Decision, Facts } from '../../decision.ts';
import { principalFacts, type Principal } from '../../principal.ts';
import type { CompiledPolicy } from '../compile.ts';
import { evaluate } from '../evaluate.ts';
import { compileAccess, type AccessDocument } from './ppl.ts';

const ada: Principal = {
  kind: 'user',
  user: 'usr_ada',
  email: 'Ada@Acme.example',
  groups: ['eng', 'ops'],
  vouchedBy: { kind: 'organization', organization: 'acme' },
};

function compiled(document: AccessDocument): CompiledPolicy {
  const policy = compileAccess(document);
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  return policy.value;
}

function problems(policy: Json): readonly (readonly [string, string])[] {
  const result = compileAccess({ policy });
  return result.ok ? [] : result.error.map((problem) => [problem.path.join('/'), problem.message] as const);
}

function facts(principal?: Principal, claims: Claims = {}): Facts {
  const base = { claims, request: {} };
  return principal === undefined ? base : { ...base, principal: principalFacts(principal) };
}

function decide(policy: Json, principal?: Principal, claims?: Claims): Decision {
  return evaluate(compiled({ policy }), facts(principal, claims));
}

describe('access without a policy', () => {
  it('is default deny', () => {
    expect(evaluate(compiled({}), facts(ada))).toEqual({
      effect: 'deny',
      determining: [],
      audited: [],
      reasons: ['no-rule-matched'],
    });
  });

  it('public lets nobody in particular in', () => {
    const policy = compiled({ public: true });
    expect(evaluate(policy, facts())).toEqual({
      effect: 'allow',
      determining: ['public'],
      audited: [],
      reasons: ['accept-ok'],
    });
  });

  it('anyAuthenticated lets in whoever is somebody', () => {
    const policy = compiled({ anyAuthenticated: true });
    expect(evaluate(policy, facts(ada))).toMatchObject({
      effect: 'allow',
      determining: ['allow_any_authenticated_user'],
      reasons: ['authenticated_user-ok'],
    });
    expect(evaluate(policy, facts()).effect).toBe('deny');
  });

  it('a deny of the policy wins over both', () => {
    const policy = compiled({
      public: true,
      anyAuthenticated: true,
      policy: { deny: { or: [{ email: 'ada@acme.example' }] } },
    });
    expect(evaluate(policy, facts(ada)).determining).toEqual(['policy.deny.or']);
    expect(evaluate(policy, facts()).effect).toBe('allow');
  });
});

describe('blocks', () => {
  it('are rules of their own, named by their place', () => {
    const block = { and: [{ accept: true }], or: [{ accept: true }] };
    expect(decide([{ allow: block }, { allow: block }]).determining).toEqual([
      'policy[0].allow.and',
      'policy[0].allow.or',
      'policy[1].allow.and',
      'policy[1].allow.or',
    ]);
    expect(decide({ allow: { and: [{ reject: true }], or: [{ accept: true }] } }).effect).toBe('allow');
  });

  it('a reject never holds', () => {
    expect(decide({ allow: { or: [{ reject: true }] } }, ada).effect).toBe('deny');
    expect(decide({ allow: { or: [{ accept: true }] } }).effect).toBe('allow');
  });

  it('a text operator on a list cannot be evaluated, so a deny denies', () => {
    const policy = {
      allow: { or: [{ accept: true }] },
      deny: { or: [{ 'claim/groups': { contains: 'banned' } }] },
    };
    expect(decide(policy, ada, { groups: ['eng'] })).toMatchObject({
      effect: 'deny',
      reasons: ['claim-error'],
    });
  });

  it.each([
    ['and', [true, true], true],
    ['and', [true, false], false],
    ['or', [false, true], true],
    ['or', [false, false], false],
    ['not', [false, false], true],
    ['not', [false, true], false],
    ['nor', [true, false], true],
    ['nor', [true, true], false],
  ] as const)('%s of %j is %s', (op, outcomes, wanted) => {
    const criteria = outcomes.map((outcome) => ({ user: outcome ? 'usr_ada' : 'usr_eve' }));
    expect(decide({ allow: { [op]: criteria } }, ada).effect).toBe(wanted ? 'allow' : 'deny');
    expect(decide([{ allow: { or: [{ accept: true }] } }, { deny: { [op]: criteria } }], ada).effect).toBe(
      wanted ? 'deny' : 'allow',
    );
  });
});

describe('nobody', () => {
  const somebody: readonly Json[] = [
    { authenticated_user: true },
    { email: 'ada@acme.example' },
    { email: { not: 'eve@acme.example' } },
    { domain: { not_in: ['evil.example'] } },
    { groups: { exclude: 'banned' } },
    { 'claim/sub': { not: 'x' } },
    { 'claim/groups': { exclude: 'banned' } },
    { 'claim/ref': { not_in: ['dev'] } },
  ];

  it.each(somebody)('is not let in by %j', (criterion) => {
    for (const op of ['and', 'or', 'not', 'nor']) {
      const decision = decide({ allow: { [op]: [criterion] } });
      expect(decision.effect).toBe('deny');
    }
  });

  it('is kept out by a negative deny', () => {
    const open = { allow: { or: [{ accept: true }] } };
    for (const deny of [
      { not: [{ domain: 'acme.example' }] },
      { or: [{ domain: { not: 'acme.example' } }] },
      { or: [{ groups: { exclude: 'eng' } }] },
      { or: [{ 'claim/sub': { not_in: ['x'] } }] },
    ])
      expect(decide({ ...open, deny }).effect).toBe('deny');
  });

  it('is told apart in the trace', () => {
    const policy = compiled({ policy: { allow: { or: [{ domain: 'acme.example' }] } } });
    const trace = evaluate(policy, facts(), { trace: true }).trace;
    expect(trace).toMatchObject([{ root: { of: [{ reason: 'domain-unauthenticated' }] } }]);
  });
});

describe('blocks inside blocks', () => {
  const here = { user: 'usr_ada' };
  const away = { user: 'usr_eve' };

  it.each<[Json, boolean]>([
    [{ and: [here, { or: [away, here] }] }, true],
    [{ and: [here, { or: [away] }] }, false],
    [{ or: [away, { and: [here, { not: [away] }] }] }, true],
    [{ not: [{ not: [here] }] }, true],
    [{ nor: [here, { and: [here, away] }] }, true],
    [{ not: [{ nor: [here, away] }] }, false],
  ])('%j: %s', (block, wanted) => {
    expect(decide({ allow: block }, ada).effect).toBe(wanted ? 'allow' : 'deny');
    const deny = decide([{ allow: { or: [{ accept: true }] } }, { deny: block }], ada);
    expect(deny.effect).toBe(wanted ? 'deny' : 'allow');
  });

  it('let nobody in by a negation, however deep', () => {
    for (const block of [
      { and: [{ accept: true }, { not: [away] }] },
      { or: [{ and: [{ or: [{ nor: [away] }] }] }] },
      { not: [{ not: [{ not: [away] }] }] },
      { not: [{ and: [{ not: [{ reject: true }] }] }] },
    ])
      expect(decide({ allow: block }).effect).toBe('deny');
  });

  it('nest fifteen levels deep and no deeper', () => {
    for (const op of ['not', 'and']) {
      let block: Json = [{ email: { not: 'x' } }];
      for (let level = 1; level < 15; level += 1) block = [{ [op]: block }];
      expect(problems({ allow: { [op]: block } })).toEqual([]);
      expect(problems({ allow: { [op]: [{ [op]: block }] } })).toEqual([
        [expect.stringContaining('policy/allow'), 'blocks nest at most 15 levels deep'],
      ]);
    }
  });
});

describe('a document that cannot be read', () => {
  it.each<[Json, string, string]>([
    [null, 'policy', 'expected an object with allow, deny, got null'],
    ['x', 'policy', 'got a string'],
    [[], 'policy', 'expected 1 to 1000 policies'],
    [{}, 'policy', 'expected one or more of allow, deny'],
    [['x'], 'policy/0', 'got a string'],
    [{ alow: {} }, 'policy/alow', 'did you mean "allow"?'],
    [{ allow: [] }, 'policy/allow', 'got a list'],
    [{ allow: {} }, 'policy/allow', 'expected one or more of and, or, not, nor'],
    [{ allow: { xor: [] } }, 'policy/allow/xor', 'unknown key "xor" (did you mean "or"?)'],
    [{ allow: { or: {} } }, 'policy/allow/or', 'expected a list of criteria'],
    [{ allow: { or: [] } }, 'policy/allow/or', 'expected 1 to 1000 criteria, got 0'],
    [{ allow: { or: ['accept'] } }, 'policy/allow/or/0', 'expected a criterion'],
    [{ allow: { or: [{}] } }, 'policy/allow/or/0', 'exactly one key, this one 0'],
    [{ allow: { or: [{ user: 'a', email: 'b' }] } }, 'policy/allow/or/0', 'exactly one key, this one 2'],
  ])('%j', (policy, path, message) => {
    expect(problems(policy)).toEqual([[path, expect.stringContaining(message)]]);
  });

  it('is reported whole: all problems together', () => {
    const policy = [
      { allow: { or: [{ emial: 'x' }, { accept: true }], xor: [] } },
      { deny: { and: [{ email: { iss: 'x', is: 5 } }] } },
    ];
    expect(problems(policy).map(([path]) => path)).toEqual([
      'policy/0/allow/xor',
      'policy/0/allow/or/0/emial',
      'policy/1/deny/and/0/email/iss',
      'policy/1/deny/and/0/email/is',
    ]);
  });

  it('takes 1,000 policies and criteria and no more', () => {
    const criteria = Array.from({ length: 1_001 }, () => ({ accept: true }));
    const policies = criteria.map(() => ({ allow: { or: [{ accept: true }] } }));
    expect(problems({ allow: { or: criteria.slice(1) } })).toEqual([]);
    expect(problems({ allow: { or: criteria } })).toHaveLength(1);
    expect(problems(policies.slice(1))).toEqual([]);
    expect(problems(policies)).toHaveLength(1);
  });
});
