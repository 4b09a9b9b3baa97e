import { readPath, type Claims } from '../../claims.ts';
import { craft, type CraftOptions } from './craft.ts';
import type { LintContext, LintedPolicy } from './model.ts';

/** The tokens that findings are about: the owner's own, a stranger's, and what the policy makes of them. */

/** A token of the customer's own, of the form that the policy seems to be written for. */
export function ownToken(one: LintedPolicy, { preset, subject }: LintContext): Claims {
  const fitting = (sample: Claims): number =>
    one.pins.filter((pin) => readPath(sample, pin.claimPath) !== undefined).length;
  const sample = preset.samples.reduce((best, other) => (fitting(other) > fitting(best) ? other : best));
  const { url, audiences } = subject.issuer;
  const audience = audiences === 'any' ? undefined : audiences[0];
  const single = Array.isArray(sample['aud']) ? [audience ?? ''] : (audience ?? '');
  return { ...sample, iss: url, ...(audience === undefined ? {} : { aud: single }) };
}

/** The same of another customer of the platform. */
export function strangerToken(one: LintedPolicy, context: LintContext): Claims {
  return { ...ownToken(one, context), ...context.preset.stranger };
}

/** The example of a finding: `base`, changed until the policy takes it. Only what the engine lets pass is shown. */
export function example(
  one: LintedPolicy,
  context: LintContext,
  base: Claims,
  options: Omit<CraftOptions, 'spend'> = {},
): { readonly example?: Claims } {
  if (context.prover.exhausted()) return {};
  const claims = craft(one.pins, base, { ...options, spend: context.prover.spend });
  return claims !== undefined && context.prover.passes(one, claims) === 'yes' ? { example: claims } : {};
}
