import { describe, expect, it } from 'vitest';
import type { TrustPolicy } from '../model.ts';
import { allow, deny, found, GITHUB, ID, lint, MAIN, told } from './testing/lint-rig.ts';

describe('policies that decide nothing', () => {
  it.each<readonly [string, Partial<TrustPolicy>]>([
    ['a value and a prefix', { match: { environment: { equals: 'prod', prefix: 'dev' } } }],
    [
      'a value and a pattern',
      { rules: { environment: 'dev*' }, match: { environment: { one_of: ['prod', 'test'] } } },
    ],
    ['a value and its opposite', { match: { environment: { equals: 'prod', not: { equals: 'prod' } } } }],
    ['two beginnings', { rules: { environment: 'prod*' }, match: { environment: { prefix: 'dev' } } }],
    ['two ends', { rules: { environment: '*-eu' }, match: { environment: { glob: '*-us' } } }],
    ['two beginnings in one', { match: { environment: { prefix: 'prod', glob: 'dev*' } } }],
    ['nothing and something', { rules: { environment: '*' }, match: { environment: { present: false } } }],
  ])('ask for %s', (_what, policy) => {
    for (const one of [allow(policy), deny(policy)])
      expect(found(lint(GITHUB, one), 'never-matches').path.slice(0, 2)).toEqual(['policies', 0]);
  });

  it.each<readonly [string, Partial<TrustPolicy>]>([
    [
      'a beginning that goes on',
      { rules: { environment: 'prod*' }, match: { environment: { prefix: 'prod-eu' } } },
    ],
    [
      'a dot, which is any character',
      { rules: { environment: 'p.d*' }, match: { environment: { prefix: 'prd' } } },
    ],
    [
      'a pattern without wildcards',
      { rules: { environment: 'p.d' }, match: { environment: { prefix: 'pr' } } },
    ],
    ['a value that fits', { rules: { environment: 'pr?d*' }, match: { environment: { equals: 'prod' } } }],
    ['nothing, twice', { match: { environment: { present: false, not: { present: true } } } }],
  ])('are not those that ask for %s', (_what, policy) => {
    expect(told(lint(GITHUB, allow(policy))).join()).not.toContain('never-matches');
  });

  it.each<readonly [string, TrustPolicy]>([
    ['all of its type', deny({})],
    ['every target', deny({ target: '*' })],
    ['the same target', deny({ target: 'platform' })],
    ['the same conditions', deny({ match: { ...MAIN, ...ID } })],
  ])('are denied by a deny of %s', (_what, stop) => {
    const findings = lint(GITHUB, allow({ match: { ...ID, ...MAIN } }), stop);
    expect(told(findings)).toEqual(['covered-by-deny policies/0']);
    expect(findings[0]?.message).toContain('policies[1]');
  });

  it.each<readonly [string, TrustPolicy]>([
    ['another type', deny({ tokenType: 'runner' })],
    ['another target', deny({ target: 'payments' })],
    ['other conditions', deny({ match: ID })],
    ['audit mode', deny({ mode: 'audit' })],
  ])('are not denied by a deny of %s', (_what, stop) => {
    expect(told(lint(GITHUB, allow({ match: { ...ID, ...MAIN } }), stop)).join()).not.toContain(
      'covered-by-deny',
    );
  });

  it('were said before, in whatever order', () => {
    const policy = allow({ match: { ...ID, ...MAIN } });
    const findings = lint(
      GITHUB,
      policy,
      allow({ match: { ...MAIN, ...ID } }),
      allow({ match: ID, rules: { ref: 'a' } }),
    );
    expect(told(findings)).toEqual(['duplicate policies/1']);
    expect(findings[0]?.message).toContain('policies[0]');
  });
});
