import { readPath } from '../claims.ts';
import type { Facts, RuleTrace, TraceNode } from '../decision.ts';
import type { CompiledNode, CompiledRule } from './compile.ts';
import { outcomeOf, reasonOf } from './outcome.ts';

/**
 * The trace of a rule: every condition with what it expected and saw, also those that deciding could skip. It holds
 * claim values, so it is for operators and never for the caller who was refused. Outcomes come from `outcome.ts`;
 * never compute one here.
 */

/** The subject of a condition: it has none of its own, it looks at all facts. */
export const CONDITION = 'condition';

/** Traces a rule. */
export function traceRule(rule: CompiledRule, facts: Facts): RuleTrace {
  const root = traceNode(rule.root, facts);
  const mode = rule.mode === 'audit' ? { mode: rule.mode } : {};
  return { rule: rule.id, effect: rule.effect, ...mode, outcome: root.outcome, root };
}

function traceNode(node: CompiledNode, facts: Facts): TraceNode {
  const outcome = outcomeOf(node, facts);
  if (node.op === 'constant')
    return {
      op: 'test',
      outcome,
      reason: reasonOf(node, outcome, facts),
      subject: 'everybody',
      expected: outcome === true ? 'is accepted' : 'is never accepted',
    };
  if (node.op === 'condition')
    return {
      op: 'test',
      outcome,
      reason: reasonOf(node, outcome, facts),
      subject: CONDITION,
      expected: node.source,
    };
  if (node.op !== 'test')
    return { op: node.op, outcome, of: node.of.map((child) => traceNode(child, facts)) };
  const seen = readPath(facts[node.subject.root], node.subject.path);
  return {
    op: 'test',
    outcome,
    reason: reasonOf(node, outcome, facts),
    subject: node.subjectName,
    expected: node.expected,
    ...(seen === undefined ? {} : { seen }),
  };
}
