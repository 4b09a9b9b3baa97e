import type { Facts } from '../decision.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { CompiledRule, CompiledTrust } from '../policy/compile.ts';
import type { TrustPolicy } from '../policy/model.ts';
import { err, type Result } from '../result.ts';
import { exchange, exchangeFacts } from './exchange.ts';
import type { ExchangeInput, Grant, Refusal, Target } from './model.ts';
import { printScope } from './scope.ts';

/**
 * The exchange of a subject token that was presented where an access token belongs: nobody has said for what. It asks
 * the same `exchange`, once for each target that the policies name, and must never choose between two of them.
 */

/** A target that allow policies name, and the rules that could allow it: what is worth asking at all. */
export interface NamedTarget {
  readonly target: Target;
  readonly rules: readonly CompiledRule[];
}

/**
 * Every target that allow policies name: the organization, never its administrator, and whatever stands without a
 * wildcard (a pattern names nobody). Made once for an issuer, since it may have thousands of policies.
 */
export function namedTargets(
  policies: readonly TrustPolicy[],
  { policy }: CompiledTrust,
): readonly NamedTarget[] {
  const found = new Map<string, { readonly target: Target; readonly rules: CompiledRule[] }>();
  for (const [index, written] of policies.entries()) {
    // Policy `i` is the rule `i` (`compileTrust`).
    const rule = policy.rules[index];
    const target = targetOf(written);
    if (rule?.effect !== 'allow' || rule.mode !== 'enforce' || target === undefined) continue;
    const key = `${target.type} ${printScope(target)}`;
    const named = found.get(key) ?? { target, rules: [] };
    named.rules.push(rule);
    found.set(key, named);
  }
  return [...found.values()];
}

function targetOf({ tokenType: type, target: name = '' }: TrustPolicy): Target | undefined {
  if (type === 'organization') return { type, admin: false };
  if (name === '' || /[*?.]/.test(name)) return undefined;
  switch (type) {
    case 'team':
      return { type, team: name };
    case 'personal':
      return { type, login: name };
    case 'runner':
      return { type, runner: name };
  }
}

/** A subject token without a request. `expiration`: the seconds that are left of it at `now`. */
export interface DirectInput extends Omit<ExchangeInput, 'request'> {
  readonly expiration: number;
  readonly targets: readonly NamedTarget[];
}

/** What became of it, and what the policies saw: of the target that it speaks as, or else of the organization. */
export interface Directly {
  readonly outcome: Result<Grant, Refusal>;
  readonly facts: Facts;
  /** It could speak as more than one target, and therefore speaks as none. */
  readonly ambiguous: boolean;
}

/** Targets that one token is asked for. */
export const MAX_CANDIDATES = 16;

const ORGANIZATION: Target = { type: 'organization', admin: false };

/**
 * The organization, where the policies allow that: it is the least that anybody here can be. Else the one target that
 * they allow. Where they allow several, choosing would give a right that nobody asked for: refused.
 */
export function exchangeDirectly({ targets, expiration, ...input }: DirectInput): Directly {
  const ask = (target: Target): Asked => {
    const request = { organization: input.issuer.organization, target, resources: [], expiration };
    const asked = { ...input, request };
    return { outcome: exchange(asked), facts: exchangeFacts(asked) };
  };
  const asOrganization = ask(ORGANIZATION);
  if (asOrganization.outcome.ok) return { ...asOrganization, ambiguous: false };
  const worthAsking = targets.filter(({ target, rules }) => {
    if (target.type === 'organization') return false;
    const facts = exchangeFacts({ claims: input.claims, request: { ...NO_REQUEST, target } });
    return evaluate({ rules }, facts).effect === 'allow';
  });
  // Each is asked of all policies: for a token that so many of them let be somebody, the answer is known.
  const allowed = worthAsking.slice(0, MAX_CANDIDATES).map(({ target }) => ask(target));
  const [only, another] = allowed.filter(({ outcome }) => outcome.ok);
  if (another || worthAsking.length > MAX_CANDIDATES)
    return { ...asOrganization, outcome: err({ code: 'policy.refused' }), ambiguous: true };
  if (only) return { ...only, ambiguous: false };
  // Recorded as what came nearest: the one that a deny was about or that does not exist, or the only one there is.
  const [one, other] = worthAsking.length > 0 ? worthAsking : targets;
  return { ...(one && !other ? ask(one.target) : asOrganization), ambiguous: false };
}

type Asked = Pick<Directly, 'outcome' | 'facts'>;

const NO_REQUEST = { organization: '', resources: [] } as const;
