import type { Facts } from '../decision.ts';
import type { CompiledNode, CompiledPolicy } from './compile.ts';
import { outcomeOf } from './outcome.ts';
import { NOBODY, reachOf } from './reach.ts';

/**
 * Whether a policy speaks of somebody who has shown nothing: an allow that holds by `accept` or `cors_preflight`. What
 * only asks about the request ("GET", "from this network") was written about people who have signed in, and must never
 * open a route to those who have not. It says who need not sign in and never who may pass: that is for `evaluate`.
 */
export function opensToNobody({ rules }: CompiledPolicy, facts: Facts): boolean {
  return rules.some(
    ({ effect, mode, root }) => effect === 'allow' && mode === 'enforce' && opens(root, facts),
  );
}

/** What is negated opens nothing, nor does what nobody can read. */
function opens(node: CompiledNode, facts: Facts): boolean {
  switch (node.op) {
    case 'constant':
      return node.criterion === 'accept';
    case 'test':
      return node.criterion === 'cors_preflight' && outcomeOf(node, facts) === true;
    case 'condition':
    case 'not':
    case 'nor':
      return false;
    case 'or':
      return node.of.some((child) => opens(child, facts));
    case 'and':
      return node.of.some((child) => opens(child, facts)) && outcomeOf(node, facts) === true;
  }
}

/** Whether it opens to nobody for some request at all: what may be said of a policy without one. */
export function mayOpenToNobody(node: CompiledNode): boolean {
  switch (node.op) {
    case 'constant':
      return node.criterion === 'accept';
    case 'test':
      return node.criterion === 'cors_preflight';
    case 'condition':
    case 'not':
    case 'nor':
      return false;
    case 'or':
      return node.of.some(mayOpenToNobody);
    case 'and':
      return node.of.some(mayOpenToNobody) && reachOf(node, NOBODY).has(true);
  }
}
