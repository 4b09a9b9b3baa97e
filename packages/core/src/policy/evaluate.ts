import type { Decision, Facts } from '../decision.ts';
import type { CompiledPolicy, CompiledRule } from './compile.ts';
import { collectReasons, outcomeOf } from './outcome.ts';
import type { Reason } from './reason.ts';
import { traceRule } from './trace.ts';

/**
 * THE engine: exchange, gateway, explanation and tests all decide here. Default deny; any matching deny wins; the
 * order of rules never matters. A condition that cannot be evaluated never allows, and in a deny rule it denies.
 * Rules in audit mode are evaluated like all others and never decide.
 */

/**
 * Decides. `reasons` are those of the conditions that decided, each once. `trace` adds every rule with what each
 * condition expected and saw; without it nothing is built but the answer.
 */
export function evaluate(
  policy: CompiledPolicy,
  facts: Facts,
  options?: { readonly trace?: boolean },
): Decision {
  const denies: CompiledRule[] = [];
  const allows: CompiledRule[] = [];
  const audited: string[] = [];
  for (const rule of policy.rules) {
    if (!matches(rule, facts)) continue;
    if (rule.mode === 'audit') audited.push(rule.id);
    else if (rule.effect === 'deny') denies.push(rule);
    else allows.push(rule);
  }
  const determining = denies.length > 0 ? denies : allows;
  const decision: Decision = {
    effect: denies.length === 0 && allows.length > 0 ? 'allow' : 'deny',
    determining: determining.map((rule) => rule.id),
    audited,
    reasons: reasonsOf(determining, facts),
  };
  if (options?.trace !== true) return decision;
  return { ...decision, trace: policy.rules.map((rule) => traceRule(rule, facts)) };
}

/** Whether a rule speaks: an allow when it holds, a deny also when nobody can say. */
function matches({ effect, root }: CompiledRule, facts: Facts): boolean {
  const outcome = outcomeOf(root, facts);
  return effect === 'deny' ? outcome !== false : outcome === true;
}

function reasonsOf(determining: readonly CompiledRule[], facts: Facts): readonly Reason[] {
  if (determining.length === 0) return ['no-rule-matched'];
  const reasons = new Set<Reason>();
  for (const rule of determining) collectReasons(rule.root, facts, reasons);
  return [...reasons];
}
