import { describe, expect, it } from 'vitest';
import type { TrustPolicy } from '../model.ts';
import { lintTrust } from './lint.ts';
import {
  allow,
  AUDIENCES,
  deny,
  GITHUB,
  ID,
  lint,
  MAIN,
  OWN,
  passes,
  subject,
  told,
} from './testing/lint-rig.ts';

describe('whose tokens an allow takes', () => {
  it.each<readonly [string, Partial<TrustPolicy>, string]>([
    ['nothing but an audience', { rules: { aud: 'urn:countersign:org:acme' } }, '!owner-missing policies/0'],
    ['a branch of any repository', { match: MAIN }, '!owner-missing policies/0'],
    ['a star for the subject', { rules: { sub: '*' } }, '!owner-wildcard policies/0/rules/sub'],
    ['a star for the owner', { rules: { sub: 'repo:*/shop:*' } }, '!owner-wildcard policies/0/rules/sub'],
    ['an owner that goes on', { rules: { sub: 'repo:acme*' } }, '!owner-wildcard policies/0/rules/sub'],
    [
      'an owner of one more character',
      { rules: { sub: 'repo:acme?/shop:*' } },
      '!owner-wildcard policies/0/rules/sub',
    ],
    [
      'an owner of four characters',
      { rules: { sub: 'repo:..../*' } },
      '!owner-wildcard policies/0/rules/sub',
    ],
    [
      'a prefix without an end',
      { match: { sub: { prefix: 'repo:acme' } } },
      '!owner-wildcard policies/0/match/sub',
    ],
    [
      'a suffix',
      { match: { repository: { suffix: '/shop' } } },
      '!owner-wildcard policies/0/match/repository',
    ],
    [
      'what an owner is not',
      { match: { repository_owner: { not: { equals: 'nobody' } } } },
      '!owner-wildcard policies/0/match/repository_owner',
    ],
    [
      'that there is an id',
      { match: { repository_id: { present: true } } },
      '!owner-wildcard policies/0/match/repository_id',
    ],
    [
      'half an id',
      { rules: { repository_owner_id: '1234*' } },
      '!owner-wildcard policies/0/rules/repository_owner_id',
    ],
    [
      'a reusable workflow, which anybody may call',
      { match: { job_workflow_ref: { prefix: 'acme/' } } },
      '!owner-missing policies/0',
    ],
  ])('is an error of a shared issuer when it asks for %s', (_what, policy, expected) => {
    const policies = [allow(policy)];
    const findings = lint(GITHUB, ...policies);
    expect(told(findings)[0]).toBe(expected);
    expect(findings[0]?.example?.['repository_owner']).toBe('mallory');
    expect(passes(policies, findings[0]?.example)).toBe(true);
  });

  it.each<readonly [string, Partial<TrustPolicy>]>([
    ['an id', { match: ID }],
    ['one of some ids', { match: { repository_owner_id: { one_of: ['1', '2'] } } }],
    ['an id as a pattern', { rules: { repository_id: '456789' } }],
    ['a subject in full', { rules: { sub: 'repo:acme/shop:ref:refs/heads/main' } }],
    ['a subject of one owner', { rules: { sub: 'repo:acme/*' } }],
    ['a subject with ids', { match: { sub: { prefix: 'repo:acme@123456/' } } }],
    ['a glob of one owner', { match: { sub: { glob: 'repo:acme/*:ref:refs/heads/main' } } }],
    ['one repository or the other', { match: { repository: { one_of: ['acme/a', 'acme/b'] } } }],
    [
      'an owner and something else of the same claim',
      { match: { sub: { prefix: 'repo:acme/', suffix: ':main' } } },
    ],
  ])('is no error when it asks for %s', (_what, policy) => {
    expect(lint(GITHUB, allow(policy)).filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('is a warning where the issuer is the customer’s own', () => {
    const findings = lint('https://github.acme.example/_services/token', allow({ match: MAIN }));
    expect(told(findings)[0]).toBe('owner-missing policies/0');
  });

  it('is a warning of an issuer of which nothing is known, when every token passes', () => {
    const policies = [allow({ rules: { aud: AUDIENCES[0] ?? '', sub: '*' } })];
    const findings = lint(OWN, ...policies);
    expect(told(findings)).toEqual(['whole-issuer policies/0']);
    expect(passes(policies, findings[0]?.example)).toBe(true);
    expect(lint(OWN, allow({ rules: { sub: 'workload-*' } }))).toEqual([]);
  });

  it('cannot be read out of a condition, which is an error of a shared issuer', () => {
    const condition = "claims.repository_owner.startsWith('mal')";
    const policies = [allow({ condition })];
    const [finding] = lint(GITHUB, ...policies);
    expect(finding).toMatchObject({
      level: 'error',
      rule: 'condition-only',
      path: ['policies', 0, 'condition'],
    });
    expect(passes(policies, finding?.example)).toBe(true);
    expect(lint(GITHUB, allow({ condition: "claims.repository_id == '1'" }))[0]?.example).toBeUndefined();
    expect(lint(OWN, allow({ condition }))[0]).toMatchObject({ level: 'warning', rule: 'condition-only' });
    expect(told(lint(GITHUB, allow({ condition, match: ID })))).not.toContain(
      '!condition-only policies/0/condition',
    );
  });

  it('is told by the URL, whatever preset is named', () => {
    const findings = lintTrust(subject(GITHUB, [allow({ match: MAIN })], { preset: 'generic' }));
    expect(told(findings)).toEqual(['!owner-missing policies/0', 'preset-mismatch preset']);
    const named = lintTrust(subject(OWN, [allow({ match: MAIN })], { preset: 'github-actions' }));
    expect(told(named)).toEqual(['owner-missing policies/0']);
  });

  it('of a deny is not asked', () => {
    expect(lint(GITHUB, deny({ match: { event_name: { equals: 'pull_request' } } }))).toEqual([]);
  });

  it.each([
    [
      'https://gitlab.com',
      { rules: { ref: 'main' } },
      { rules: { sub: 'project_path:acme/shop:ref_type:branch:ref:main' } },
    ],
    [
      'https://accounts.google.com',
      { rules: { email_verified: 'true' } },
      { match: { email: { suffix: '@acme.iam.gserviceaccount.com' } } },
    ],
    [
      'https://agent.buildkite.com',
      { rules: { pipeline_slug: 'shop' } },
      { rules: { organization_slug: 'acme' } },
    ],
  ])('is asked of %s too', (url, broad, narrow) => {
    const [finding] = lint(url, allow(broad));
    expect(finding).toMatchObject({ level: 'error', rule: 'owner-missing' });
    expect(passes([allow(broad)], finding?.example)).toBe(true);
    expect(lint(url, allow(narrow)).filter(({ level }) => level === 'error')).toEqual([]);
  });
});
