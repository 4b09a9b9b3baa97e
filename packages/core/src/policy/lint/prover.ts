import type { Claims } from '../../claims.ts';
import { exchangeFacts } from '../../exchange/exchange.ts';
import type { Target } from '../../exchange/model.ts';
import type { CompiledRule, CompiledTrust } from '../compile.ts';
import { evaluate } from '../evaluate.ts';
import { compilePulumiPattern } from '../pulumi-pattern.ts';
import { costOf, sizeOf } from './craft.ts';
import type { LintedPolicy } from './model.ts';
import { candidates } from './witness.ts';

/**
 * Proves an example with the engine: the claims pass by this policy, and no deny of the issuer stops them. It has a
 * budget, since policies are written by people who may mean harm: 5,000 of them, each asked about all denies, would
 * be an afternoon. What cannot be paid for is not proved, and is not shown.
 */
export interface Prover {
  /** `unknown`: the budget is used up. */
  readonly passes: (one: LintedPolicy, claims: Claims) => 'yes' | 'no' | 'unknown';
  /** Pays for work done elsewhere for an example. */
  readonly spend: (units: number) => boolean;
  readonly spent: () => number;
  /** Something could not be paid for. */
  readonly exhausted: () => boolean;
}

/** Steps of the pattern machine: well under a second of them. */
export const LINT_BUDGET = 50_000_000;
/** What a condition costs at most, in these units. */
const CONDITION = 10_000;

/** `all` are the policies that `trust` was compiled from, in their order. */
export function createProver(
  all: readonly LintedPolicy[],
  trust: CompiledTrust,
  organization: string,
  budget = LINT_BUDGET,
): Prover {
  const rules = new Map(trust.policy.rules.map((rule) => [rule.id, rule]));
  const ruleOf = (one: LintedPolicy): CompiledRule | undefined => rules.get(`policies[${one.index}]`);
  const denies = all.filter(({ policy }) => policy.decision === 'deny' && policy.mode !== 'audit');
  const denyRules = denies.flatMap((one) => ruleOf(one) ?? []);
  const denyCost = denies.reduce((sum, one) => sum + policyCost(one), 0);
  let spent = 0;
  let exhausted = false;
  const spend = (units: number): boolean => {
    if (spent + units > budget) exhausted = true;
    else spent += units;
    return !exhausted;
  };
  return {
    spend,
    spent: () => spent,
    exhausted: () => exhausted,
    passes(one, claims) {
      const rule = ruleOf(one);
      const target = targetOf(one);
      if (rule === undefined || target === undefined) return 'no';
      if (!spend((denyCost + policyCost(one)) * sizeOf(claims))) return 'unknown';
      const facts = exchangeFacts({ claims, request: { organization, target, resources: [] } });
      return evaluate({ rules: [rule, ...denyRules] }, facts).effect === 'allow' ? 'yes' : 'no';
    },
  };
}

function policyCost({ policy, pins }: LintedPolicy): number {
  return 1 + (policy.target?.length ?? 0) + costOf(pins) + (policy.condition === undefined ? 0 : CONDITION);
}

/** A request that the policy is about. */
function targetOf({ policy }: LintedPolicy): Target | undefined {
  if (policy.tokenType === 'organization') return { type: 'organization', admin: false };
  const pattern = policy.target ?? '';
  const matches = compilePulumiPattern(pattern);
  if (!matches.ok) return undefined;
  const name = candidates({ kind: 'pulumi', pattern }, undefined).find(
    (candidate) => typeof candidate === 'string' && matches.value(candidate),
  );
  if (typeof name !== 'string') return undefined;
  switch (policy.tokenType) {
    case 'team':
      return { type: 'team', team: name };
    case 'personal':
      return { type: 'personal', login: name };
    case 'runner':
      return { type: 'runner', runner: name };
  }
}
