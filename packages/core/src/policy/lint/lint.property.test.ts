import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Claims, Json } from '../../claims.ts';
import { exchangeFacts } from '../../exchange/exchange.ts';
import type { Target } from '../../exchange/model.ts';
import { TOKEN_TYPES } from '../../token/token-type.ts';
import { celConditions } from '../condition.ts';
import { compileTrust } from '../dialect/trust.ts';
import { evaluate } from '../evaluate.ts';
import type { TrustPolicy } from '../model.ts';
import { lintTrust, lintWithin } from './lint.ts';
import type { Finding, LintSubject } from './model.ts';
import { LINT_BUDGET } from './prover.ts';

/** The laws of lint, over policies and issuers of every kind. */

const conditions = celConditions;

const url = fc.constantFrom(
  'https://token.actions.githubusercontent.com',
  'https://gitlab.com',
  'https://accounts.google.com',
  'https://agent.buildkite.com',
  'https://oidc.circleci.com/org/acme',
  'https://kubernetes.default.svc',
  'https://acme.tokens.sts.global.api.aws',
  'http://127.0.0.1:9000',
);

const claim = fc.constantFrom(
  'sub',
  'aud',
  'ref',
  'environment',
  'repository',
  'repository_id',
  'repository_owner',
  'project_id',
  'email',
  'organization_id',
  'event_nam',
  '"kubernetes.io".namespace',
  '__proto__',
);

const text = fc.constantFrom(
  'repo:acme/shop:ref:refs/heads/main',
  'project_path:acme/shop',
  '456789',
  'acme',
  'acme/shop',
  'refs/heads/v1.2',
);

const pattern = fc
  .tuple(text, fc.array(fc.tuple(fc.nat(40), fc.constantFrom('*', '?', '.', '*:')), { maxLength: 3 }))
  .map(([start, edits]) =>
    edits.reduce((before, [at, wild]) => before.slice(0, at) + wild + before.slice(at + 1), start as string),
  );

const matcher = fc.oneof(
  text.map((value) => ({ equals: value })),
  fc.array(text, { minLength: 1, maxLength: 3 }).map((values) => ({ one_of: values })),
  text.map((value) => ({ prefix: value.slice(0, 5) })),
  text.map((value) => ({ suffix: value.slice(-5) })),
  pattern.map((glob) => ({ glob })),
  fc.boolean().map((present) => ({ present })),
  text.map((value) => ({ not: { equals: value } })),
  fc.tuple(text, text).map(([prefix, value]) => ({ prefix: prefix.slice(0, 4), not: { equals: value } })),
);

const policy: fc.Arbitrary<TrustPolicy> = fc
  .record({
    decision: fc.constantFrom('allow', 'allow', 'allow', 'deny'),
    tokenType: fc.constantFrom(...TOKEN_TYPES),
    target: fc.constantFrom('platform', 'plat*', '*'),
    rules: fc.dictionary(claim, pattern, { maxKeys: 2 }),
    match: fc.dictionary(claim, matcher, { maxKeys: 2 }),
    condition: fc.option(fc.constantFrom("claims.sub != 'x'", "claims.ref == 'refs/heads/main'"), {
      freq: 6,
    }),
    mode: fc.constantFrom('enforce', 'enforce', 'enforce', 'audit'),
    allowBroad: fc.constantFrom(false, false, false, true),
  })
  .map(({ condition, target, ...rest }) => ({
    ...rest,
    permissions: [],
    ...(rest.tokenType === 'organization' ? {} : { target }),
    ...(condition === null ? {} : { condition }),
  }));

const policies = fc.array(policy, { minLength: 1, maxLength: 6 });
const audiences = fc.constantFrom<readonly string[] | 'any'>('any', ['urn:countersign:org:acme']);

function subject(
  issuer: string,
  list: readonly TrustPolicy[],
  aud: readonly string[] | 'any' = 'any',
): LintSubject {
  return { organization: 'acme', issuer: { name: 'ci', url: issuer, audiences: aud }, policies: list };
}

function errors(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ level }) => level === 'error');
}

function summary(findings: readonly Finding[]): readonly Json[] {
  return findings.map(({ level, rule, path }) => [level, rule, [...path]]);
}

const TARGETS: readonly Target[] = [
  { type: 'organization', admin: false },
  ...['platform', 'plat', 'mallory'].flatMap((name): readonly Target[] => [
    { type: 'team', team: name },
    { type: 'personal', login: name },
    { type: 'runner', runner: name },
  ]),
];

function passesForSomeTarget(list: readonly TrustPolicy[], claims: Claims): boolean {
  const trust = compileTrust(list, { conditions });
  if (!trust.ok) return false;
  return TARGETS.some((target) => {
    const facts = exchangeFacts({ claims, request: { organization: 'acme', target, resources: [] } });
    return evaluate(trust.value.policy, facts).effect === 'allow';
  });
}

describe('for all policies', () => {
  it('every example passes', () => {
    let shown = 0;
    fc.assert(
      fc.property(url, policies, audiences, (issuer, list, aud) => {
        for (const { example } of lintTrust(subject(issuer, list, aud), { conditions })) {
          if (example === undefined) continue;
          shown += 1;
          expect(passesForSomeTarget(list, example)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
    expect(shown).toBeGreaterThan(50);
  });

  it('lint never throws, whatever stands in them', () => {
    const any = fc.record({
      decision: fc.constantFrom('allow', 'deny'),
      tokenType: fc.constantFrom(...TOKEN_TYPES),
      target: fc.string(),
      permissions: fc.constant([]),
      rules: fc.dictionary(fc.oneof(claim, fc.string()), fc.string()),
      match: fc.dictionary(
        fc.oneof(claim, fc.string()),
        fc.oneof(matcher, fc.jsonValue() as fc.Arbitrary<Json>),
      ),
      condition: fc.string(),
    });
    fc.assert(
      fc.property(
        fc.oneof(url, fc.string()),
        fc.array(fc.oneof(any, policy), { maxLength: 3 }),
        (issuer, list) => {
          for (const options of [{}, { conditions }])
            expect(lintTrust(subject(issuer, list), options)).toBeInstanceOf(Array);
        },
      ),
    );
  });

  it('allow_broad takes errors away and nothing else', () => {
    fc.assert(
      fc.property(url, policies, (issuer, list) => {
        const narrow = list.map((one) => ({ ...one, allowBroad: false }));
        const broad = list.map((one) => ({ ...one, allowBroad: true }));
        const before = lintTrust(subject(issuer, narrow), { conditions });
        const after = lintTrust(subject(issuer, broad), { conditions });
        expect(summary(after)).toEqual(summary(before.filter(({ level }) => level === 'warning')));
      }),
    );
  });

  it('one more condition on a claim never makes an error', () => {
    fc.assert(
      fc.property(url, policies, fc.nat(5), claim, fc.oneof(matcher, text), (issuer, list, at, key, pin) => {
        const index = at % list.length;
        const more = list.map((one, place) => {
          if (place !== index) return one;
          return typeof pin === 'string'
            ? { ...one, rules: { [key]: pin, ...one.rules } }
            : { ...one, match: { [key]: pin, ...one.match } };
        });
        fc.pre(compileTrust(list, { conditions }).ok && compileTrust(more, { conditions }).ok);
        const before = errors(lintTrust(subject(issuer, list), { conditions }));
        const after = errors(lintTrust(subject(issuer, more), { conditions }));
        expect(after.length).toBeLessThanOrEqual(before.length);
      }),
    );
  });
});

describe('the cost of lint', () => {
  const GITHUB = 'https://token.actions.githubusercontent.com';
  const HOSTILE = '*a'.repeat(60);

  function many(count: number, decision: TrustPolicy['decision'], sub: string): readonly TrustPolicy[] {
    return Array.from({ length: count }, (_, index) => ({
      decision,
      tokenType: 'team',
      target: `team-${index}`,
      permissions: [],
      rules: { sub, ref: `refs/heads/${index}*` },
      match: {},
    }));
  }

  it('is bounded, and grows with the policies and not with their square', () => {
    const cost = (count: number): number =>
      lintWithin(subject(GITHUB, many(count, 'allow', 'repo:acme/*'))).spent;
    const [small, large] = [cost(200), cost(800)];
    expect(small).toBeGreaterThan(0);
    expect(large).toBeLessThan(5 * small);
  });

  it('stays within the budget of 5,000 policies that mean harm, and tells every error that fits', () => {
    const list = [...many(2_500, 'allow', HOSTILE), ...many(2_500, 'deny', HOSTILE)];
    const { findings, spent } = lintWithin(subject(GITHUB, list));
    expect(spent).toBeLessThanOrEqual(LINT_BUDGET);
    expect(findings).toHaveLength(1_000);
    expect(errors(findings)).toHaveLength(1_000);
  });

  it('that cannot be paid leaves examples out, and no error', () => {
    const list = many(20, 'allow', 'repo:*');
    const rich = lintWithin(subject(GITHUB, list));
    const poor = lintWithin(subject(GITHUB, list), {}, 0);
    expect(errors(rich.findings).every(({ example }) => example !== undefined)).toBe(true);
    expect(poor.spent).toBe(0);
    expect(poor.findings.some(({ example }) => example !== undefined)).toBe(false);
    expect(summary(errors(poor.findings))).toEqual(summary(errors(rich.findings)));
  });
});
