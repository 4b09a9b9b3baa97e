import { describe, expect, it } from 'vitest';
import type { TrustPolicy } from '../model.ts';
import { allow, found, GITHUB, ID, lint, MAIN, passes, told } from './testing/lint-rig.ts';

describe('names where ids exist', () => {
  it('are shown with a token of the same names and other ids', () => {
    const policies = [allow({ rules: { repository: 'acme/shop' }, match: MAIN })];
    const finding = found(lint(GITHUB, ...policies), 'name-not-id');
    expect(finding.path).toEqual(['policies', 0, 'rules', 'repository']);
    expect(finding.message).toContain('repository_id or repository_owner_id');
    expect(finding.example).toMatchObject({
      repository: 'acme/shop',
      repository_id: '666789',
      repository_owner_id: '666456',
    });
    expect(passes(policies, finding.example)).toBe(true);
  });

  it.each<readonly [string, Partial<TrustPolicy>]>([
    ['beside an id of the repository', { rules: { sub: 'repo:acme/shop:*' }, match: ID }],
    [
      'beside an id of the owner',
      { rules: { repository: 'acme/shop' }, match: { repository_owner_id: { equals: '1' } } },
    ],
    ['in a subject that holds ids', { match: { sub: { prefix: 'repo:acme@123456/' } } }],
    [
      'beside a subject that holds ids',
      { match: { repository: { equals: 'acme/shop' }, sub: { prefix: 'repo:acme@1/' } } },
    ],
  ])('are fine %s', (_where, policy) => {
    expect(told(lint(GITHUB, allow(policy))).join()).not.toContain('name-not-id');
  });

  it('are not made safe by an id that anybody may have', () => {
    const policy = allow({ rules: { sub: 'repo:acme/*' }, match: { repository_id: { present: true } } });
    expect(found(lint(GITHUB, policy), 'name-not-id').path).toEqual(['policies', 0, 'rules', 'sub']);
  });

  it('are looked for in people too', () => {
    const finding = found(
      lint(GITHUB, allow({ match: { ...ID, ...MAIN, actor: { equals: 'ada' } } })),
      'name-not-id',
    );
    expect(finding.message).toContain('actor_id');
  });
});
