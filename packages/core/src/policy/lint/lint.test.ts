import { describe, expect, it } from 'vitest';
import { allow, GITHUB, lint, MAIN, told } from './testing/lint-rig.ts';

describe('what a policy says was meant', () => {
  it('is no error any more, and warnings stay', () => {
    const broad = allow({ rules: { sub: 'repo:acme*' } });
    const before = lint(GITHUB, broad);
    const after = lint(GITHUB, { ...broad, allowBroad: true });
    expect(before.some(({ level }) => level === 'error')).toBe(true);
    expect(told(after)).toEqual(told(before.filter(({ level }) => level === 'warning')));
  });

  it('lets a policy in audit mode be tried, with a warning and without an example, since nothing passes', () => {
    const [finding] = lint(GITHUB, allow({ match: MAIN, mode: 'audit' }));
    expect(finding).toMatchObject({ level: 'warning', rule: 'owner-missing' });
    expect(finding?.example).toBeUndefined();
  });
});
