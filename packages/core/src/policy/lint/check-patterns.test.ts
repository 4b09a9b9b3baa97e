import { describe, expect, it } from 'vitest';
import type { TrustPolicy } from '../model.ts';
import { lintTrust } from './lint.ts';
import { allow, deny, found, GITHUB, ID, lint, passes, subject, told } from './testing/lint-rig.ts';

describe('loose patterns', () => {
  it.each([
    ['repo:acme/*:ref:refs/heads/main', 'pattern-crosses', 'repo:acme/any/thing:at-all:ref:refs/heads/main'],
    [
      'repo:acme/shop:ref:refs/heads/release*',
      'pattern-crosses',
      'repo:acme/shop:ref:refs/heads/releaseany/thing:at-all',
    ],
    ['repo:acme/my.shop:*', 'pattern-dot', 'repo:acme/myxshop:app'],
    ['repo:acme/shop:ref:refs/tags/v?', 'pattern-question', 'repo:acme/shop:ref:refs/tags/v'],
  ])('%s is a %s', (sub, rule, value) => {
    const policies = [allow({ rules: { sub }, match: ID })];
    const finding = found(lint(GITHUB, ...policies), rule);
    expect(finding).toMatchObject({ level: 'warning', path: ['policies', 0, 'rules', 'sub'] });
    expect(finding.example?.['sub']).toBe(value);
    expect(finding.message).toContain(value);
    expect(passes(policies, finding.example)).toBe(true);
  });

  it.each<readonly [string, Partial<TrustPolicy>]>([
    ['a star for the rest', { rules: { sub: 'repo:acme/shop:*' } }],
    ['a star of one segment', { rules: { environment: 'prod*' } }],
    ['an audience, which is compared in full before', { rules: { aud: 'https://acme.example' } }],
    [
      'what another condition has in full',
      { rules: { sub: 'repo:acme/*.x?:y' }, match: { sub: { equals: 'repo:acme/a.x:y' } } },
    ],
    ['a glob', { match: { sub: { glob: 'repo:acme/*:ref:refs/heads/v1.2' } } }],
    ['a dot that ends a word', { rules: { environment: 'a.' } }],
  ])('are not seen in %s', (_what, policy) => {
    const match = { ...ID, ...policy.match };
    expect(told(lint(GITHUB, allow({ ...policy, match }))).join()).not.toContain('pattern-');
  });

  it('do no harm in a deny', () => {
    expect(lint(GITHUB, deny({ rules: { sub: 'repo:a.b*:c?' } }))).toEqual([]);
  });

  it('are seen in an audience when any will do', () => {
    const policy = allow({ rules: { aud: 'https://acme.example' }, match: ID });
    const findings = lintTrust(subject(GITHUB, [policy], { audiences: 'any' }));
    expect(found(findings, 'pattern-dot').path).toEqual(['policies', 0, 'rules', 'aud']);
  });
});
