import {
  compileTrust,
  defaultAudiences,
  err,
  isObject,
  issuerKey,
  ok,
  parseClaimPath,
  type Directory,
  type Json,
  type Problem,
  type Result,
  type TrustPolicy,
} from '@countersign/core';
import type { IssuerConfig, OrganizationConfig } from '../config/model.ts';
import { fileId } from './file-id.ts';
import type { Organization, PolicySetDocument, TrustedIssuer } from './model.ts';

/** Collects policy documents while things are compiled. */
export type KeepPolicySet = (document: PolicySetDocument) => string;

/** Compiles an organization; paths of problems lead from it. */
export function compileOrganization(
  organization: OrganizationConfig,
  serviceUrl: string,
  keep: KeepPolicySet,
): Result<Organization, readonly Problem[]> {
  const issuers: TrustedIssuer[] = [];
  const problems: Problem[] = [];
  for (const [index, issuer] of organization.issuers.entries()) {
    const compiled = compileIssuer(organization.name, issuer, serviceUrl, keep);
    if (compiled.ok) issuers.push(compiled.value);
    else
      problems.push(
        ...compiled.error.map((fault) => ({ ...fault, path: ['issuers', index, ...fault.path] })),
      );
  }
  if (problems.length > 0) return err(problems);
  return ok({
    name: organization.name,
    directory: directoryOf(organization),
    issuers: new Map(issuers.map((issuer) => [issuerKey(issuer.url), issuer])),
    issuersById: new Map(issuers.map((issuer) => [issuer.id, issuer])),
  });
}

function directoryOf({ name: organization, members, teams, runners }: OrganizationConfig): Directory {
  return {
    organization,
    // A login is one person on the whole server, so the organization has no part in the id.
    members: new Map(
      members.map((member) => [member.login, { user: fileId('usr', member.login), ...member }]),
    ),
    teams: new Map(teams.map((team) => [team.name, team])),
    runners: new Set(runners.map(({ name }) => name)),
  };
}

function compileIssuer(
  organization: string,
  issuer: IssuerConfig,
  serviceUrl: string,
  keep: KeepPolicySet,
): Result<TrustedIssuer, readonly Problem[]> {
  const { name, url, disabled, maxExpiration, maxTokenAge, policies } = issuer;
  const trust = compileTrust(policies);
  if (!trust.ok) return err(trust.error.map((fault) => ({ ...fault, path: ['policies', ...fault.path] })));
  return ok({
    // The URL is part of the id: another issuer under an old name must not inherit the tokens of the old one.
    id: fileId('iss', organization, name, issuerKey(url)),
    organization,
    name,
    url,
    disabled,
    audiences: issuer.audiences ?? [
      ...new Set([...defaultAudiences(organization, serviceUrl), ...policies.flatMap(pinnedAudiences)]),
    ],
    maxExpiration,
    trust: trust.value,
    policySet: keep({ kind: 'trust', policies }),
    ...(maxTokenAge === undefined ? {} : { maxTokenAge }),
  });
}

/**
 * Every `aud` that an allow policy pins without a wildcard: whoever wrote the policy has said that such tokens are
 * meant for us. A deny says the opposite, and a pattern says nothing exact.
 */
function pinnedAudiences({ decision, rules, match }: TrustPolicy): readonly string[] {
  if (decision !== 'allow') return [];
  const patterns = Object.entries(rules).filter(([path, pattern]) => isAud(path) && !/[*?.]/.test(pattern));
  const matchers = Object.entries(match).filter(([path]) => isAud(path));
  return [
    ...patterns.map(([, pattern]) => pattern),
    ...matchers.flatMap(([, matcher]) => exactTexts(matcher)),
  ];
}

function isAud(path: string): boolean {
  const parsed = parseClaimPath(path);
  return parsed.ok && parsed.value.length === 1 && parsed.value[0] === 'aud';
}

/** The texts of `equals` or `one_of`, when the matcher is that alone. */
function exactTexts(matcher: Json): readonly string[] {
  const [only, another] = isObject(matcher) ? Object.entries(matcher) : [];
  if (only === undefined || another !== undefined) return [];
  const [key, value] = only;
  const values: readonly Json[] = key === 'one_of' && Array.isArray(value) ? value : [value];
  return key === 'equals' || key === 'one_of' ? values.filter((text) => typeof text === 'string') : [];
}
