import { readPath, type Claims } from '../claims.ts';
import type { Outcome } from '../decision.ts';
import { NO_TOKEN } from '../request-facts.ts';
import type { CompiledNode, CompiledTest } from './compile.ts';
import { absorb, settle, start, type BlockOperator } from './kleene.ts';

/**
 * What a condition can come to when only a part of the facts is known: which rules always hold, which never. It may say
 * that something is possible which is not, and never the reverse: what it calls impossible no request brings about.
 */

/** The outcomes that are possible; never empty. */
export type Reach = ReadonlySet<Outcome>;

/** What is known. A root that is not here may hold anything; a principal that is `null` is known to be nobody. */
export interface Known {
  readonly claims?: Claims;
  readonly principal?: Claims | null;
  /** What is known of `request.token`; nothing else of a request ever is. */
  readonly token?: Claims;
}

const ANYTHING: Reach = new Set<Outcome>([true, false, 'error']);

/** Somebody of whom nothing is known but that they are somebody. */
export const SOMEBODY: Known = {};

/** Who has shown nothing. */
export const NOBODY: Known = { claims: {}, principal: null, token: { ...NO_TOKEN } };

export function reachOf(node: CompiledNode, known: Known): Reach {
  switch (node.op) {
    case 'constant':
      return new Set([node.criterion === 'accept']);
    case 'condition':
      return ANYTHING;
    case 'test':
      return testReach(node, known);
    case 'and':
    case 'or':
    case 'not':
    case 'nor':
      return blockReach(
        node.op,
        node.of.map((child) => reachOf(child, known)),
      );
  }
}

/** Every outcome of the block for some choice of one possible outcome of each child: children are taken as independent. */
function blockReach(op: BlockOperator, children: readonly Reach[]): Reach {
  let states = new Set<Outcome>([start(op)]);
  for (const child of children) {
    const next = new Set<Outcome>();
    for (const state of states) for (const outcome of child) next.add(absorb(op, state, outcome));
    states = next;
  }
  return new Set([...states].map((state) => settle(op, state)));
}

function testReach(test: CompiledTest, known: Known): Reach {
  const { root, path } = test.subject;
  if (root === 'principal' && known.principal === null) return new Set([false]);
  // Whoever is somebody has an id, whatever else there is to know.
  if (test.criterion === 'authenticated_user') return new Set([true]);
  if (root === 'request') {
    const [first, ...rest] = path;
    return first === 'token' && known.token ? seen(test, known.token, rest) : ANYTHING;
  }
  const facts = known[root];
  return facts ? seen(test, facts, path) : ANYTHING;
}

function seen(test: CompiledTest, facts: Claims, path: CompiledTest['subject']['path']): Reach {
  return new Set([test.matches(readPath(facts, path))]);
}
