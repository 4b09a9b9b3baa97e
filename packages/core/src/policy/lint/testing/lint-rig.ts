import type { Claims, Json } from '../../../claims.ts';
import { exchangeFacts } from '../../../exchange/exchange.ts';
import type { Target } from '../../../exchange/model.ts';
import { celConditions } from '../../condition.ts';
import { compileTrust } from '../../dialect/trust.ts';
import { evaluate } from '../../evaluate.ts';
import type { TrustPolicy } from '../../model.ts';
import { lintTrust } from '../lint.ts';
import type { Finding, LintSubject } from '../model.ts';

/** Policies to lint, and what lint says of them. Imported by tests alone. */

export const GITHUB = 'https://token.actions.githubusercontent.com';
export const OWN = 'https://issuer.acme.example';
export const AUDIENCES = ['urn:countersign:org:acme'];
const conditions = celConditions;

export function allow(policy: Partial<TrustPolicy>): TrustPolicy {
  return {
    decision: 'allow',
    tokenType: 'team',
    target: 'platform',
    permissions: [],
    rules: {},
    match: {},
    ...policy,
  };
}

export function deny(policy: Partial<TrustPolicy>): TrustPolicy {
  return { decision: 'deny', tokenType: 'team', permissions: [], rules: {}, match: {}, ...policy };
}

export function subject(
  url: string,
  policies: readonly TrustPolicy[],
  issuer: Partial<LintSubject['issuer']> = {},
): LintSubject {
  return { organization: 'acme', issuer: { name: 'ci', url, audiences: AUDIENCES, ...issuer }, policies };
}

export function lint(url: string, ...policies: readonly TrustPolicy[]): readonly Finding[] {
  return lintTrust(subject(url, policies), { conditions });
}

/** `rule path` of every finding, errors marked. */
export function told(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ level, rule, path }) => `${level === 'error' ? '!' : ''}${rule} ${path.join('/')}`);
}

export function found(findings: readonly Finding[], rule: string): Finding {
  const finding = findings.find((one) => one.rule === rule);
  if (finding === undefined) throw new Error(`${rule} is not among ${told(findings).join(', ')}`);
  return finding;
}

const PLATFORM: Target = { type: 'team', team: 'platform' };

export function passes(
  policies: readonly TrustPolicy[],
  claims: Claims | undefined,
  target: Target = PLATFORM,
): boolean {
  const trust = compileTrust(policies, { conditions });
  if (!trust.ok) throw new Error(JSON.stringify(trust.error));
  if (claims === undefined) return false;
  const facts = exchangeFacts({ claims, request: { organization: 'acme', target, resources: [] } });
  return evaluate(trust.value.policy, facts).effect === 'allow';
}

export const ID: Readonly<Record<string, Json>> = { repository_id: { equals: '456789' } };
export const MAIN: Readonly<Record<string, Json>> = { ref: { equals: 'refs/heads/main' } };
