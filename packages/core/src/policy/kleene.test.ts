import { describe, expect, it } from 'vitest';
import type { Outcome } from '../decision.ts';
import { absorb, settle, start, type BlockOperator } from './kleene.ts';

const T = true;
const F = false;
const E = 'error' as const;

/** What a block of two children gives, folded the way deciding and explaining fold it. */
function block(op: BlockOperator, left: Outcome, right: Outcome): Outcome {
  return settle(op, absorb(op, absorb(op, start(op), left), right));
}

describe('three-valued logic', () => {
  it.each<[left: Outcome, right: Outcome, and: Outcome, or: Outcome, not: Outcome, nor: Outcome]>([
    [T, T, T, T, F, F],
    [T, F, F, T, F, T],
    [F, F, F, F, T, T],
    [T, E, E, T, F, E],
    [F, E, F, E, E, T],
    [E, E, E, E, E, E],
  ])('of %s and %s is as the tables say, in either order', (left, right, and, or, not, nor) => {
    for (const [one, other] of [
      [left, right],
      [right, left],
    ] as const) {
      expect(block('and', one, other)).toBe(and);
      expect(block('or', one, other)).toBe(or);
      expect(block('not', one, other)).toBe(not);
      expect(block('nor', one, other)).toBe(nor);
    }
  });
});
