import {
  compileTrust,
  err,
  issuerKey,
  ok,
  type CompileOptions,
  type Directory,
  type Problem,
  type Result,
  type TrustPolicy,
} from '@countersign/core';
import { canonicalJson } from '../audit/canonical-json.ts';
import { audiencesOf } from '../config/audiences.ts';
import type { IssuerConfig, OrganizationConfig } from '../config/model.ts';
import { fileId } from './file-id.ts';
import type { Organization, PolicySetDocument, TrustedIssuer } from './model.ts';

/** Collects policy documents while things are compiled. */
export type KeepPolicySet = (document: PolicySetDocument) => string;

/** What an organization is compiled with. */
export interface OrganizationContext extends CompileOptions {
  /** `url` of the service. */
  readonly serviceUrl: string;
  /** Resources by organization: the canonical URLs of its routes. */
  readonly resources: ReadonlyMap<string, ReadonlySet<string>>;
  readonly keep: KeepPolicySet;
}

/** Compiles an organization; paths of problems lead from it. */
export function compileOrganization(
  organization: OrganizationConfig,
  context: OrganizationContext,
): Result<Organization, readonly Problem[]> {
  const issuers: TrustedIssuer[] = [];
  const problems: Problem[] = [];
  for (const [index, issuer] of organization.issuers.entries()) {
    const compiled = compileIssuer(organization.name, issuer, context);
    if (compiled.ok) issuers.push(compiled.value);
    else
      problems.push(
        ...compiled.error.map((fault) => ({ ...fault, path: ['issuers', index, ...fault.path] })),
      );
  }
  if (problems.length > 0) return err(problems);
  return ok({
    name: organization.name,
    directory: directoryOf(organization, context.resources.get(organization.name) ?? new Set()),
    issuers: new Map(issuers.map((issuer) => [issuerKey(issuer.url), issuer])),
    issuersById: new Map(issuers.map((issuer) => [issuer.id, issuer])),
  });
}

function directoryOf(
  { name: organization, members, teams, runners }: OrganizationConfig,
  resources: ReadonlySet<string>,
): Directory {
  return {
    organization,
    // A login is one person on the whole server, so the organization has no part in the id.
    members: new Map(
      members.map((member) => [member.login, { user: fileId('usr', member.login), ...member }]),
    ),
    teams: new Map(teams.map((team) => [team.name, team])),
    runners: new Set(runners.map(({ name }) => name)),
    resources,
  };
}

function compileIssuer(
  organization: string,
  issuer: IssuerConfig,
  { serviceUrl, keep, conditions }: OrganizationContext,
): Result<TrustedIssuer, readonly Problem[]> {
  const { name, url, disabled, replay, thumbprints, maxExpiration, policies } = issuer;
  const trust = compileTrust(policies, { conditions });
  if (!trust.ok) return err(trust.error.map((fault) => ({ ...fault, path: ['policies', ...fault.path] })));
  // The URL is part of the id: another issuer under an old name must not inherit the tokens of the old one.
  const id = fileId('iss', organization, name, issuerKey(url));
  return ok({
    id,
    organization,
    name,
    url,
    disabled,
    audiences: audiencesOf(organization, issuer, serviceUrl),
    replay,
    thumbprints,
    maxExpiration,
    policies,
    policyIds: policies.map((policy) => policyId(id, policy)),
    trust: trust.value,
    policySet: keep({ kind: 'trust', policies }),
    ...(issuer.preset === undefined ? {} : { preset: issuer.preset }),
    ...(issuer.jwks === undefined ? {} : { jwks: issuer.jwks }),
    ...(issuer.ca === undefined ? {} : { ca: issuer.ca }),
    ...(issuer.maxTokenAge === undefined ? {} : { maxTokenAge: issuer.maxTokenAge }),
  });
}

/**
 * Derived from all that a policy says about tokens, and from nothing else: one that was changed is another one, whose
 * predecessor's tokens are suspended, wherever in the list either of them stands.
 */
function policyId(issuer: string, { allowBroad: _, ...policy }: TrustPolicy): string {
  return fileId('pol', issuer, canonicalJson(policy));
}
