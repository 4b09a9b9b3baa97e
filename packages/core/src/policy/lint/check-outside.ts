import { printClaimPath } from '../../claims.ts';
import { craft } from './craft.ts';
import { ownToken } from './example.ts';
import type { Finding, LintContext, LintedPolicy } from './model.ts';

/**
 * Runs that somebody outside can cause, on the owner's own workload: the jobs of a pull request carry the same
 * repository as those of a release. Asked of the engine, denies included: what does not pass is no finding.
 */
export function checkOutside(one: LintedPolicy, context: LintContext): readonly Finding[] {
  const { outside } = context.preset;
  if (outside === undefined || one.policy.decision === 'deny' || one.policy.mode === 'audit') return [];
  const own = { ...ownToken(one, context), ...outside.claims };
  const base = Object.fromEntries(Object.entries(own).filter(([name]) => !outside.absent.includes(name)));
  const kept = Object.keys(outside.claims).filter((name) => name !== 'sub');
  const claims = craft(one.pins, base, {
    fixed: new Set([...kept, ...outside.absent].map((name) => printClaimPath([name]))),
    isSubject: outside.isSubject,
    spend: context.prover.spend,
  });
  const verdict = claims === undefined ? 'no' : context.prover.passes(one, claims);
  // With the budget used up nothing is proved; better a finding without an example than none.
  if (verdict === 'no' && !context.prover.exhausted()) return [];
  return [
    {
      level: 'warning',
      rule: 'outside-run',
      path: one.path,
      message: `${outside.what} passes; pin the branch, the environment or the event, or deny such runs`,
      ...(verdict === 'yes' && claims !== undefined ? { example: claims } : {}),
    },
  ];
}
