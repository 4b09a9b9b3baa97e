import { compilePolicy, ok, type Expression } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { claimPathsOf } from './claim-paths.ts';

const about = (root: 'claims' | 'principal', ...path: readonly string[]): Expression => ({
  op: 'test',
  criterion: 'claim',
  subject: { root, path },
  matcher: { kind: 'present', value: true },
});

function paths(when: Expression, ...claims: readonly string[]) {
  const policy = compilePolicy([{ id: 'r', effect: 'allow', when }], { conditions: () => ok(() => true) });
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  return claimPathsOf([
    { policy: policy.value, claimHeaders: claims.map((claim) => ({ header: 'x', claim })) },
  ]);
}

describe('the claims that routes read', () => {
  it('are found at every depth of a policy, each once', () => {
    const nested: Expression = {
      op: 'and',
      of: [
        { op: 'or', of: [{ op: 'not', of: [about('claims', 'a')] }, about('claims', 'b', 'c')] },
        about('claims', 'a'),
      ],
    };
    expect(paths(nested, '"b".c', 'd')).toEqual([['b', 'c'], ['d'], ['a']]);
  });

  it('are none where a policy asks about the principal alone', () => {
    expect(paths(about('principal', 'id'))).toEqual([]);
    expect(paths({ op: 'constant', criterion: 'accept' })).toEqual([]);
  });

  it('are all of them where a condition may ask for any', () => {
    expect(paths({ op: 'nor', of: [{ op: 'condition', source: 'x' }] })).toEqual([[]]);
  });
});
