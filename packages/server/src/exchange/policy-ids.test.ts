import { describe, expect, it } from 'vitest';
import { policyIdsOf } from './policy-ids.ts';

describe('policyIdsOf', () => {
  it('names policies by their place among the issuer’s', () => {
    const ids = Array.from({ length: 12 }, (_, index) => `pol_${index}`);
    expect(policyIdsOf(ids, ['policies[11]', 'policies[0]'])).toEqual(['pol_11', 'pol_0']);
    expect(policyIdsOf(ids, [])).toEqual([]);
  });

  it.each(['policies[2]', 'policies[-1]', 'policies', 'x[0]', 'policies[0]x'])(
    'never leaves out a rule that it cannot name: %s',
    (rule) => {
      expect(() => policyIdsOf(['pol_0', 'pol_1'], [rule])).toThrow('no policy');
    },
  );
});
