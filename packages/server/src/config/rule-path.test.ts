import { describe, expect, it } from 'vitest';
import { pathOfRule } from './rule-path.ts';

describe('the place of a rule', () => {
  it.each([
    ['policy.allow.or', ['policy', 'allow', 'or']],
    ['policy[12].deny.not', ['policy', 12, 'deny', 'not']],
    ['allowed_idp_claims', ['allowed_idp_claims']],
    ['public', ['allow_public_unauthenticated_access']],
  ])('of %s is %j', (rule, path) => {
    expect(pathOfRule(rule)).toEqual(path);
  });
});
