import { generic } from '../../issuer-preset/generic.ts';
import { findPreset, issuerUrl, presetForUrl } from '../../issuer-preset/presets.ts';
import type { CompileOptions } from '../compile.ts';
import { compileTrust } from '../dialect/trust.ts';
import { checkClaims } from './check-claims.ts';
import { checkIssuer } from './check-issuer.ts';
import { checkNames } from './check-names.ts';
import { checkOutside } from './check-outside.ts';
import { checkOwner } from './check-owner.ts';
import { checkPatterns } from './check-patterns.ts';
import { checkContradiction, checkList } from './check-reach.ts';
import type { Finding, LintContext, LintedPolicy, LintSubject, PolicyCheck } from './model.ts';
import { pinsOf } from './pins.ts';
import { createProver } from './prover.ts';

/** Everything that is asked of a policy. Adding a check is a file and a line here. */
const CHECKS: readonly PolicyCheck[] = [
  checkOwner,
  checkNames,
  checkOutside,
  checkPatterns,
  checkContradiction,
  checkClaims,
];

/** More would not be read. */
const MOST = 1_000;

/**
 * Looks at a trusted issuer and its policies: errors first, then by place, at most 1,000. Policies that do not compile
 * give no findings: what is wrong with them is said by `compileTrust`.
 */
export function lintTrust(subject: LintSubject, options?: CompileOptions): readonly Finding[] {
  return lintWithin(subject, options).findings;
}

/** The same, with what it cost in steps of the prover; `budget` bounds it. */
export function lintWithin(
  subject: LintSubject,
  options?: CompileOptions,
  budget?: number,
): { readonly findings: readonly Finding[]; readonly spent: number } {
  const trust = compileTrust(subject.policies, options);
  const all = trust.ok ? subject.policies.map(linted) : [];
  const nothing = {
    policy: { rules: [] },
    maxExpiration: new Map(),
    signed: new Set<string>(),
    resources: new Map(),
  };
  const prover = createProver(all, trust.ok ? trust.value : nothing, subject.organization, budget);
  const context: LintContext = { subject, prover, ...platformOf(subject) };
  const findings = [
    ...checkIssuer(all, context),
    ...all.flatMap((one) =>
      CHECKS.flatMap((check) => check(one, context)).flatMap((found) => meant(found, one)),
    ),
    ...checkList(all),
  ];
  const sorted = [...errors(findings), ...findings.filter(({ level }) => level === 'warning')];
  return { findings: sorted.slice(0, MOST), spent: prover.spent() };
}

function errors(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ level }) => level === 'error');
}

function linted(policy: LintedPolicy['policy'], index: number): LintedPolicy {
  const path = ['policies', index];
  return { index, policy, path, pins: pinsOf(policy, path) };
}

/** A known URL says more than the name of a preset: `preset: generic` does not make a shared issuer one's own. */
function platformOf({ issuer }: LintSubject): Pick<LintContext, 'preset' | 'shared'> {
  const known = presetForUrl(issuer.url);
  const named = issuer.preset === undefined ? undefined : findPreset(issuer.preset);
  return {
    preset: known ?? named ?? generic,
    shared: known !== undefined && issuerUrl(known, issuer.url)?.shared === true,
  };
}

/** What a policy says was meant: `audit` lets nobody in, `allowBroad` is an administrator's word. */
function meant(finding: Finding, { policy }: LintedPolicy): readonly Finding[] {
  if (finding.level === 'warning') return [finding];
  if (policy.mode === 'audit') return [{ ...finding, level: 'warning' }];
  return policy.allowBroad === true ? [] : [finding];
}
