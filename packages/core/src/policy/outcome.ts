import { readPath } from '../claims.ts';
import type { Facts, Outcome } from '../decision.ts';
import type { CompiledNode, CompiledTest } from './compile.ts';
import { absorb, dominant, settle, start } from './kleene.ts';
import type { Reason } from './reason.ts';

/** What one condition gives for given facts, and why. The only place where a condition meets a value. */

/** The outcome of a condition. Allocates nothing: this is the hot path. */
export function outcomeOf(node: CompiledNode, facts: Facts): Outcome {
  if (node.op === 'test') return testOutcome(node, facts);
  if (node.op === 'constant') return node.criterion === 'accept';
  if (node.op === 'condition') return node.holds(facts);
  let state = start(node.op);
  for (const child of node.of) {
    state = absorb(node.op, state, outcomeOf(child, facts));
    // Nothing that follows can change it: the dominant value beats all others.
    if (state === dominant(node.op)) break;
  }
  return settle(node.op, state);
}

function testOutcome(test: CompiledTest, facts: Facts): Outcome {
  const root = facts[test.subject.root];
  // Nobody has been authenticated: no question about a person is answered yes, not even a negative one.
  if (root === undefined) return false;
  return test.matches(readPath(root, test.subject.path));
}

/** A condition without conditions inside. */
export type Leaf = Exclude<CompiledNode, { readonly of: unknown }>;

/** Why a leaf gave what it gave. */
export function reasonOf(leaf: Leaf, outcome: Outcome, facts: Facts): Reason {
  if (outcome === true) return `${leaf.criterion}-ok`;
  if (outcome === 'error') return `${leaf.criterion}-error`;
  const nobody = leaf.op === 'test' && facts[leaf.subject.root] === undefined;
  return `${leaf.criterion}-${nobody ? 'unauthenticated' : 'unauthorized'}`;
}

/** Adds the reasons of the leaves that decided: of a true `or` those that held, of a false `and` those that did not. */
export function collectReasons(node: CompiledNode, facts: Facts, reasons: Set<Reason>): void {
  if (!('of' in node)) {
    reasons.add(reasonOf(node, outcomeOf(node, facts), facts));
    return;
  }
  const outcomes = node.of.map((child) => outcomeOf(child, facts));
  const state = outcomes.reduce((before, outcome) => absorb(node.op, before, outcome), start(node.op));
  for (const [index, child] of node.of.entries())
    if (outcomes[index] === state) collectReasons(child, facts, reasons);
}
