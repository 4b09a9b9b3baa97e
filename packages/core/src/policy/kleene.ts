import type { Outcome } from '../decision.ts';

/**
 * Kleene's three-valued logic, where the third value is "could not be evaluated". One block operator at a time is
 * folded over its children: `start`, then `absorb` each, then `settle`. Deciding and explaining both fold with these
 * functions and no others, which is why they cannot disagree.
 */

export type BlockOperator = 'and' | 'or' | 'not' | 'nor';

/** What children have to be for one of them alone to decide: one false decides an `and`, one true an `or`. */
export function dominant(op: BlockOperator): boolean {
  return op === 'or' || op === 'not';
}

/** `not` is the opposite of `or` (none true), `nor` the opposite of `and` (at least one false). */
export function inverts(op: BlockOperator): boolean {
  return op === 'not' || op === 'nor';
}

/** The state before any child has been seen. */
export function start(op: BlockOperator): Outcome {
  return !dominant(op);
}

/** The state after one more child: the dominant value beats an error, an error beats the other value. */
export function absorb(op: BlockOperator, state: Outcome, child: Outcome): Outcome {
  if (state === dominant(op) || child === dominant(op)) return dominant(op);
  return state === 'error' || child === 'error' ? 'error' : state;
}

/** The outcome of the block from its last state. */
export function settle(op: BlockOperator, state: Outcome): Outcome {
  return inverts(op) ? negate(state) : state;
}

/** An error stays an error: not knowing whether something holds is not knowing whether it fails. */
export function negate(outcome: Outcome): Outcome {
  return outcome === 'error' ? 'error' : !outcome;
}
