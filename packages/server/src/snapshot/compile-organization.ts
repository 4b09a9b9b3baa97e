import {
  compileTrust,
  err,
  issuerKey,
  ok,
  type CompiledTrust,
  type CompileOptions,
  type ConditionCompiler,
  type Problem,
  type Result,
  type TrustPolicy,
} from '@countersign/core';
import { canonicalJson } from '../audit/canonical-json.ts';
import { audiencesOf } from '../config/audiences.ts';
import type { IssuerConfig, OrganizationConfig, RunnerConfig } from '../config/model.ts';
import { fileId } from './file-id.ts';
import type {
  Organization,
  OrganizationDirectory,
  PolicySetDocument,
  RunnerEntry,
  TrustedIssuer,
} from './model.ts';

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
    const compiled = compileIssuer(organization, issuer, context);
    if (compiled.ok) issuers.push(compiled.value);
    else
      problems.push(
        ...compiled.error.map((fault) => ({ ...fault, path: ['issuers', index, ...fault.path] })),
      );
  }
  if (problems.length > 0) return err(problems);
  return ok({
    name: organization.name,
    ...(organization.stored === undefined ? {} : { stored: organization.stored }),
    directory: directoryOf(organization, context.resources.get(organization.name) ?? new Set()),
    issuers: new Map(issuers.map((issuer) => [issuerKey(issuer.url), issuer])),
    issuersById: new Map(issuers.map((issuer) => [issuer.id, issuer])),
  });
}

function directoryOf(
  { name: organization, members, teams, runners, serviceAccounts = [] }: OrganizationConfig,
  resources: ReadonlySet<string>,
): OrganizationDirectory {
  return {
    organization,
    // A login is one person on the whole server, so the organization has no part in the id.
    members: new Map(
      members.map((member) => [member.login, { user: fileId('usr', member.login), ...member }]),
    ),
    teams: new Map(teams.map((team) => [team.name, { description: '', admins: [], ...team }])),
    runners: new Set(runners.map(({ name }) => name)),
    runnersById: new Map(
      runners.map((runner) => runnerEntry(organization, runner)).map((entry) => [entry.id, entry]),
    ),
    serviceAccounts: new Map(serviceAccounts.map((account) => [account.name, account])),
    resources,
  };
}

function runnerEntry(organization: string, { name, description = '', stored }: RunnerConfig): RunnerEntry {
  const id = stored?.id ?? fileId('run', organization, name);
  return { id, name, description, ...(stored === undefined ? {} : { stored }) };
}

function compileIssuer(
  { name: organization, runners }: OrganizationConfig,
  issuer: IssuerConfig,
  { serviceUrl, keep, conditions }: OrganizationContext,
): Result<TrustedIssuer, readonly Problem[]> {
  const { name, url, disabled, replay, thumbprints, maxExpiration } = issuer;
  const entries = runners.map((runner) => runnerEntry(organization, runner));
  const policies = withRunnerNames(issuer.policies, entries);
  // The URL is part of the id: another issuer under an old name must not inherit the tokens of the old one.
  const id = issuer.stored?.id ?? fileId('iss', organization, name, issuerKey(url));
  const compiled = compilePolicies(id, policies, conditions);
  if (!compiled.ok) return compiled;
  const { trust, policyIds } = compiled.value;
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
    policies: issuer.policies,
    policyIds,
    trust,
    policySet: keep({ kind: 'trust', policies }),
    policyListId: fileId('pls', id),
    ...(issuer.stored === undefined ? {} : { stored: issuer.stored }),
    ...(issuer.preset === undefined ? {} : { preset: issuer.preset }),
    ...(issuer.jwks === undefined ? {} : { jwks: issuer.jwks }),
    ...(issuer.ca === undefined ? {} : { ca: issuer.ca }),
    ...(issuer.maxTokenAge === undefined ? {} : { maxTokenAge: issuer.maxTokenAge }),
  });
}

/** A policy may name its runner by id, as existing clients do; the engine knows names alone. */
function withRunnerNames(
  policies: readonly TrustPolicy[],
  runners: readonly RunnerEntry[],
): readonly TrustPolicy[] {
  const nameOf = ({ tokenType, target }: TrustPolicy): string | undefined =>
    tokenType === 'runner' ? runners.find(({ id }) => id === target)?.name : undefined;
  if (!policies.some(nameOf)) return policies;
  return policies.map((policy) => {
    const target = nameOf(policy);
    return target === undefined ? policy : { ...policy, target };
  });
}

interface CompiledPolicies {
  readonly id: string;
  readonly conditions: ConditionCompiler | undefined;
  readonly trust: CompiledTrust;
  readonly policyIds: readonly string[];
}

/** By the list itself: a change elsewhere leaves it as it is, and thousands of policies need not be compiled for it. */
const COMPILED = new WeakMap<readonly TrustPolicy[], CompiledPolicies>();

/** Paths of problems lead from the issuer. */
export function compilePolicies(
  id: string,
  policies: readonly TrustPolicy[],
  conditions: ConditionCompiler | undefined,
): Result<CompiledPolicies, readonly Problem[]> {
  const known = COMPILED.get(policies);
  if (known && known.id === id && known.conditions === conditions) return ok(known);
  const trust = compileTrust(policies, { conditions });
  if (!trust.ok) return err(trust.error.map((fault) => ({ ...fault, path: ['policies', ...fault.path] })));
  const policyIds = policies.map((policy) => policyId(id, policy));
  const compiled = { id, conditions, trust: trust.value, policyIds };
  COMPILED.set(policies, compiled);
  return ok(compiled);
}

/**
 * Derived from all that a policy says about tokens, and from nothing else: one that was changed is another one, whose
 * predecessor's tokens are suspended, wherever in the list either of them stands.
 */
function policyId(issuer: string, { allowBroad: _, ...policy }: TrustPolicy): string {
  return fileId('pol', issuer, canonicalJson(policy));
}
