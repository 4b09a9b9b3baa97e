import {
  canonicalResource,
  err,
  lintTrust,
  ok,
  type ConditionCompiler,
  type Finding,
  type Problem,
  type Result,
  type TrustPolicy,
} from '@countersign/core';
import type { PolicyDefinition } from '@countersign/core/api-model';
import { audiencesOf } from '../config/audiences.ts';
import { formatPath } from '../config/problem.ts';
import { compilePolicies } from '../snapshot/compile-organization.ts';
import type { TrustedIssuer } from '../snapshot/model.ts';
import type { World } from '../snapshot/world.ts';
import { DECLARED } from './issuers.ts';
import type { Edit, Refused } from './model.ts';

/** The policies of an issuer, replaced as a list. The order that was sent is the order that is read; it never matters. */

export interface PolicyChange {
  readonly organization: string;
  /** `pls_…`, as the list says it. */
  readonly list: string;
  readonly policies: readonly TrustPolicy[];
  /** Of `If-Match`: the version that the change was made from; absent: whatever it is. */
  readonly version?: number;
}

/** The edit, and what lint warns of in it. */
export interface PolicyEdit extends Edit {
  readonly warnings: readonly string[];
}

export function replacePolicies(
  world: World,
  { organization, list, policies, version }: PolicyChange,
  conditions: ConditionCompiler | undefined,
): Result<PolicyEdit, Refused> {
  const issuers = world.snapshot.organizations.get(organization)?.issuersById.values() ?? [];
  const issuer = [...issuers].find(({ policyListId }) => policyListId === list);
  if (!issuer) return err({ kind: 'absent', message: 'No such list of policies.' });
  if (issuer.stored === undefined) return err(DECLARED);
  const current = versionOf(issuer);
  if (version !== undefined && version !== current) {
    return err({ kind: 'outdated', message: `The list has version ${current} by now.` });
  }
  const judged = judge(world, issuer, policies, conditions);
  if (!judged.ok) return err({ kind: 'invalid', message: judged.error });
  return ok({
    put: [{ organization, kind: 'policies', key: issuer.id, document: { policies } }],
    event: 'policies.updated',
    detail: { issuer: issuer.id, list, version: current + 1, policies: policies.length },
    warnings: judged.value,
  });
}

/** Of the file's list there is only ever one. */
export function versionOf({ stored }: TrustedIssuer): number {
  return stored === undefined ? 1 : (stored.policies?.version ?? 0);
}

/** What is wrong (it does not compile, or lets in whom nobody meant), or else what could be better. */
function judge(
  world: World,
  issuer: TrustedIssuer,
  policies: readonly TrustPolicy[],
  conditions: ConditionCompiler | undefined,
): Result<readonly string[], string> {
  // The very list that the world is compiled with afterwards, and so not twice.
  const compiled = compilePolicies(issuer.id, policies, conditions);
  if (!compiled.ok) {
    const faults = compiled.error.map((fault) => problemText(policies, fault.path, fault.message));
    return err(faults.join('; '));
  }
  const found = lintPolicies(world, issuer, policies, conditions);
  const errors = found.filter(({ level }) => level === 'error');
  const texts = (errors.length > 0 ? errors : found).map((finding) => findingText(policies, finding));
  return errors.length > 0 ? err(texts.join('; ')) : ok(texts);
}

function lintPolicies(
  { file, objects }: World,
  { id, organization, name, url, preset, jwks }: TrustedIssuer,
  policies: readonly TrustPolicy[],
  conditions: ConditionCompiler | undefined,
): readonly Finding[] {
  const stored = objects.find((one) => one.kind === 'issuer' && one.key === id);
  const pinned = stored?.kind === 'issuer' ? stored.document.audiences : undefined;
  const explicit = pinned === undefined ? {} : { audiences: pinned };
  const audiences = audiencesOf(organization, { policies, ...explicit }, file.url.text);
  const keysGiven = jwks !== undefined;
  const subject = { name, url, audiences, keysGiven, ...(preset === undefined ? {} : { preset }) };
  return lintTrust({ organization, issuer: subject, policies }, { conditions });
}

const MAX_EXAMPLE = 1000;

function findingText(policies: readonly TrustPolicy[], { path, message, example }: Finding): string {
  const text = example === undefined ? '' : JSON.stringify(example);
  const shown = text.length > MAX_EXAMPLE ? `${text.slice(0, MAX_EXAMPLE)}…` : text;
  return `${problemText(policies, path, message)}${shown === '' ? '' : `; this token would pass: ${shown}`}`;
}

/** A path of the engine in the words of the API: it leads from the issuer. */
function problemText(policies: readonly TrustPolicy[], path: Problem['path'], message: string): string {
  const [list, index, key, ...rest] = path;
  if (list !== 'policies') return `${formatPath(path)}: ${message}`;
  const type = typeof index === 'number' ? policies[index]?.tokenType : undefined;
  const member = key === 'permissions' ? 'authorizedPermissions' : key === 'target' ? targetOf(type) : key;
  const named = ['policies', index, member, ...rest].filter((part) => part !== undefined);
  return `${formatPath(named)}: ${message}`;
}

function targetOf(type: TrustPolicy['tokenType'] | undefined): string | undefined {
  return type === undefined || type === 'organization' ? undefined : TARGETS[type];
}

const TARGETS = { team: 'teamName', personal: 'userLogin', runner: 'runnerID' } as const;

/** A definition as the engine reads it; what is as it would be without being written is left out. */
export function policyOf(definition: PolicyDefinition, index: number): Result<TrustPolicy, Refused> {
  const { decision, tokenType, authorizedPermissions, rules, match, condition, maxExpiration } = definition;
  const { format, mode, resources, allowBroad } = definition;
  const own = tokenType === 'organization' ? undefined : TARGETS[tokenType];
  const stray = Object.values(TARGETS).find((member) => member !== own && isGiven(definition[member]));
  if (stray !== undefined) {
    const message = `policies[${index}].${stray}: a policy of tokenType ${tokenType} has ${own ?? 'no target'}`;
    return err({ kind: 'invalid', message });
  }
  const target = own === undefined ? undefined : (definition[own] ?? undefined);
  return ok({
    decision,
    tokenType,
    permissions: authorizedPermissions,
    rules,
    match: match ?? {},
    ...(target === undefined ? {} : { target }),
    ...(isGiven(condition) ? { condition } : {}),
    ...(isGiven(maxExpiration) ? { maxExpiration } : {}),
    ...(format === 'jwt' ? { format } : {}),
    ...(mode === 'audit' ? { mode } : {}),
    ...(isGiven(resources) ? { resources: resources.map((text) => canonicalResource(text) ?? text) } : {}),
    ...(allowBroad === true ? { allowBroad } : {}),
  });
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null;
}
