import { err, ok, type Problem, type Result } from '../../result.ts';
import { BOUNDS } from '../bounds.ts';
import { compilePolicy, type CompiledTrust, type CompileOptions } from '../compile.ts';
import type { Expression, Rule, TrustPolicy } from '../model.ts';
import { checked, refuse, type Path } from './claim-test.ts';
import { checkMode, readGrantTerms } from './grant-terms.ts';
import { parseMatch } from './native.ts';
import { parseRules } from './pulumi.ts';

/**
 * The policies of a trusted issuer as one policy of the engine. Whom a policy is about (token type, target, admin) is
 * a condition like those on claims, so that selection has no code of its own that could disagree with `explain`.
 * Facts: `request.token_type`, `request.target` (team, login or runner; absent for an organization), `request.admin`.
 */

/** Compiles `policies`; policy `i` becomes the rule `policies[i]`, and its problems begin with the path `[i]`. */
export function compileTrust(
  policies: readonly TrustPolicy[],
  options: CompileOptions = {},
): Result<CompiledTrust, readonly Problem[]> {
  if (policies.length > BOUNDS.rules)
    return err([{ path: [], message: `at most ${BOUNDS.rules} policies, not ${policies.length}` }]);
  const problems: Problem[] = [];
  const rules: Rule[] = [];
  const maxExpiration = new Map<string, number>();
  const signed = new Set<string>();
  const resources = new Map<string, readonly string[]>();
  for (const [index, policy] of policies.entries()) {
    const id = `policies[${index}]`;
    checkShape(policy, [index], problems);
    const terms = readGrantTerms(policy, [index], problems);
    const of = [...selection(policy, [index], problems), ...conditions(policy, [index], problems)];
    const { decision: effect, mode = 'enforce' } = policy;
    rules.push({ id, effect, mode, when: { op: 'and', of } });
    if (terms.maxExpiration !== undefined) maxExpiration.set(id, terms.maxExpiration);
    if (terms.format === 'jwt') signed.add(id);
    if (terms.resources !== undefined) resources.set(id, terms.resources);
  }
  const compiled = compilePolicy(rules, options);
  if (!compiled.ok) problems.push(...compiled.error.map(atCondition));
  if (problems.length > 0 || !compiled.ok) return err(problems);
  return ok(Object.freeze({ policy: compiled.value, maxExpiration, signed, resources }));
}

/** Everything but conditions has been checked where it was read: a problem of compiling is one of a condition. */
function atCondition({ path, message }: Problem): Problem {
  return { path: [...path.slice(0, 1), 'condition'], message };
}

/** Faults of the policy as a whole, apart from its patterns. */
function checkShape(policy: TrustPolicy, path: Path, problems: Problem[]): void {
  const allows = policy.decision === 'allow';
  const organization = policy.tokenType === 'organization';
  if (organization && policy.target !== undefined)
    refuse(problems, [...path, 'target'], 'an organization policy has no target');
  // A deny without a target speaks for every target of its type; an allow that did so would be an accident.
  if (allows && !organization && policy.target === undefined)
    refuse(
      problems,
      path,
      `an allow policy for ${policy.tokenType} tokens has to name its ${TARGET_WORD[policy.tokenType]}`,
    );
  if (allows && !organization && policy.permissions.includes('admin'))
    refuse(problems, [...path, 'permissions'], 'permissions are for organization tokens only');
  // Without a condition the policy would trust every workload of every customer of the issuer.
  const tests = Object.keys(policy.rules).length + Object.keys(policy.match).length;
  if (allows && tests === 0 && policy.condition === undefined)
    refuse(problems, path, 'an allow policy needs at least one condition in "rules", "match" or "condition"');
  checkMode(policy, [...path, 'mode'], problems);
}

const TARGET_WORD = {
  organization: 'organization',
  team: 'team',
  personal: 'user',
  runner: 'runner',
} as const;

/** The conditions that say which requests a policy is about. */
function selection(policy: TrustPolicy, path: Path, problems: Problem[]): readonly Expression[] {
  const of: Expression[] = [
    {
      op: 'test',
      criterion: 'token_type',
      subject: { root: 'request', path: ['token_type'] },
      matcher: { kind: 'equals', value: policy.tokenType },
    },
  ];
  if (policy.target !== undefined) {
    const matcher = checked({ kind: 'pulumi', pattern: policy.target }, [...path, 'target'], problems);
    if (matcher !== undefined)
      of.push({ op: 'test', criterion: 'target', subject: { root: 'request', path: ['target'] }, matcher });
  }
  // `admin` needs an allow that lists it. The permissions of a deny are ignored: it denies with and without admin.
  if (
    policy.decision === 'allow' &&
    policy.tokenType === 'organization' &&
    !policy.permissions.includes('admin')
  )
    of.push({
      op: 'test',
      criterion: 'permission',
      subject: { root: 'request', path: ['admin'] },
      matcher: { kind: 'equals', value: false },
    });
  return of;
}

function conditions(policy: TrustPolicy, path: Path, problems: Problem[]): readonly Expression[] {
  const of: Expression[] = [];
  for (const parsed of [
    parseRules(policy.rules, [...path, 'rules']),
    parseMatch(policy.match, [...path, 'match']),
  ]) {
    if (parsed.ok) of.push(...parsed.value);
    else problems.push(...parsed.error);
  }
  if (policy.condition !== undefined) of.push({ op: 'condition', source: policy.condition });
  return of;
}
