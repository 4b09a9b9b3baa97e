import type { Decision, Facts, RuleTrace, TraceNode } from '../decision.ts';
import type { CompiledPolicy } from './compile.ts';
import { evaluate } from './evaluate.ts';
import { dominant, inverts } from './kleene.ts';
import { explanationLines, type NearMiss } from './narrative.ts';

/**
 * Explains a decision by taking it again with a trace: the explanation is the decision by construction. It shows
 * claims and policy text, so it is for operators; a caller who was refused gets a decision id and no more.
 */

/** A decision in full. */
export interface Explanation {
  /** The decision with its trace. */
  readonly decision: Decision;
  /** The rules that decided; empty when none matched. */
  readonly determining: readonly RuleTrace[];
  /** Rules in audit mode that matched, and decided nothing. */
  readonly audited: readonly RuleTrace[];
  /** When no allow rule holds: up to five allow rules that came nearest, fewest conditions to change first. */
  readonly nearest: readonly RuleTrace[];
  /** Plain text, one line a condition, ✓ for what held and ✗ for what did not; at most a few hundred lines. */
  readonly lines: readonly string[];
}

const NEAREST = 5;

/** Explains what `evaluate` says about these facts. */
export function explain(policy: CompiledPolicy, facts: Facts): Explanation {
  const decision = evaluate(policy, facts, { trace: true });
  const trace = decision.trace ?? [];
  const named = (ids: readonly string[]): readonly RuleTrace[] => {
    const wanted = new Set(ids);
    return trace.filter((rule) => wanted.has(rule.rule));
  };
  const determining = named(decision.determining);
  const audited = named(decision.audited);
  const nearest = nearMisses(trace);
  return {
    decision,
    determining,
    audited,
    nearest: nearest.map((miss) => miss.rule),
    lines: explanationLines(decision, { determining, audited, nearest }),
  };
}

function nearMisses(trace: readonly RuleTrace[]): readonly NearMiss[] {
  // A rule in audit mode is nothing to come near to: it would not have let the caller in.
  const allows = trace.filter((rule) => rule.effect === 'allow' && rule.mode !== 'audit');
  if (allows.some((rule) => rule.outcome === true)) return [];
  return allows
    .map((rule) => ({ rule, conditions: distance(rule.root, true) }))
    .sort((left, right) => left.conditions - right.conditions)
    .slice(0, NEAREST);
}

/** How many tests would have to turn out otherwise for this node to become what is wanted. */
function distance(node: TraceNode, wanted: boolean): number {
  if (node.op === 'test') return node.outcome === wanted ? 0 : 1;
  const decides = dominant(node.op);
  // Wanted as the decisive children make it: the cheapest one suffices. Wanted otherwise: every child has to turn.
  const oneSuffices = wanted === (decides !== inverts(node.op));
  const costs = node.of.map((child) => distance(child, oneSuffices ? decides : !decides));
  return oneSuffices ? Math.min(...costs) : costs.reduce((sum, cost) => sum + cost, 0);
}
