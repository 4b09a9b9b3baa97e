import type { ConditionCompiler, Result, TrustPolicy } from '@countersign/core';
import { err, ok } from '@countersign/core';
import { policiesUpdate, type PolicyDefinition } from '@countersign/core/api-model';
import type { Change, Refused } from '../administration/model.ts';
import { policyOf, replacePolicies, versionOf } from '../administration/policies.ts';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { Snapshot, TrustedIssuer } from '../snapshot/model.ts';
import type { LoadConditions } from '../snapshot/world.ts';
import { apiError, refusalAnswer } from './answer.ts';
import { readBodyAs } from './json-body.ts';
import type { ApiCall } from './operation.ts';
import { timeText } from './time-text.ts';

/** Policies of a trusted issuer: read, and replaced as a list. */
export interface PoliciesDeps {
  readonly snapshot: () => Snapshot;
  readonly change: Change;
  readonly loadConditions: LoadConditions;
}

/** GET /api/orgs/{org}/auth/policies/oidcissuers/{issuerId} */
export function getPolicies(_deps: unknown, call: ApiCall): Answer {
  const issuer = call.organization().issuersById.get(call.parameter('issuerId'));
  return issuer ? listAnswer(issuer) : apiError(404, 'No such issuer.');
}

/**
 * PATCH /api/orgs/{org}/auth/policies/{policyId} `{policies}`: replaces the whole list. With `If-Match` only the
 * version that it names, else 412: two people who edit one list must not undo each other unseen.
 */
export async function patchPolicies(deps: PoliciesDeps, call: ApiCall): Promise<Answer> {
  const version = ifMatch(call);
  if (!version.ok) return refusalAnswer(version.error);
  const body = await readBodyAs(call, deps.snapshot().settings.limits.apiBody, policiesUpdate);
  if (!body.ok) return body.error;
  const policies = policiesOf(body.value.policies);
  if (!policies.ok) return refusalAnswer(policies.error);
  const conditions = await conditionsOf(deps, policies.value);
  const { name: organization } = call.organization();
  const list = call.parameter('policyId');
  const wanted = { organization, list, policies: policies.value, ...version.value };
  let warnings: readonly string[] = [];
  const changed = await deps.change(call.author(), (world) => {
    const replaced = replacePolicies(world, wanted, conditions);
    if (replaced.ok) warnings = replaced.value.warnings;
    return replaced;
  });
  if (!changed.ok) return refusalAnswer(changed.error);
  const issuers = changed.value.organizations.get(organization)?.issuersById.values() ?? [];
  const issuer = [...issuers].find(({ policyListId }) => policyListId === list);
  if (!issuer) throw new Error('a list of policies that was changed is not there');
  return listAnswer(issuer, warningsText(warnings));
}

/** `If-Match: "VERSION"` (RFC 9110 section 13.1.1); a weak validator never matches, `*` always does. */
function ifMatch({ request }: ApiCall): Result<{ readonly version?: number }, Refused> {
  const header = request.header('if-match');
  if (header === undefined || header === '*') return ok({});
  const [, digits] = typeof header === 'string' ? (/^"(\d{1,15})"$/.exec(header) ?? []) : [];
  if (digits !== undefined) return ok({ version: Number(digits) });
  return err({ kind: 'outdated', message: 'If-Match names no version of this list.' });
}

function policiesOf(definitions: readonly PolicyDefinition[]): Result<readonly TrustPolicy[], Refused> {
  const policies: TrustPolicy[] = [];
  for (const [index, definition] of definitions.entries()) {
    const policy = policyOf(definition, index);
    if (!policy.ok) return policy;
    policies.push(policy.value);
  }
  return ok(policies);
}

async function conditionsOf(
  { loadConditions }: PoliciesDeps,
  policies: readonly TrustPolicy[],
): Promise<ConditionCompiler | undefined> {
  return policies.some(({ condition }) => condition !== undefined) ? loadConditions() : undefined;
}

const MAX_WARNINGS = 5;

/** Existing clients print this header as a warning; characters that a header cannot hold are left out. */
function warningsText(warnings: readonly string[]): string {
  const shown = warnings.slice(0, MAX_WARNINGS);
  if (warnings.length > MAX_WARNINGS) shown.push(`and ${warnings.length - MAX_WARNINGS} more`);
  return shown.join(' | ').replaceAll(/[^\x20-\x7e]/g, '?');
}

function listAnswer(issuer: TrustedIssuer, warnings = ''): Answer {
  const version = versionOf(issuer);
  const list = issuer.stored?.policies;
  const times = list && { created: timeText(list.created), modified: timeText(list.modified) };
  const policies = issuer.policies.map((policy, index) => ({
    id: issuer.policyIds[index],
    ...policyView(policy),
  }));
  const source = issuer.stored === undefined ? 'file' : 'api';
  return jsonAnswer(
    200,
    { id: issuer.policyListId, version, ...times, policies, source },
    { etag: `"${version}"`, ...(warnings === '' ? {} : { 'x-pulumi-warning': warnings }) },
  );
}

const TARGET_MEMBER = {
  organization: undefined,
  team: 'teamName',
  personal: 'userLogin',
  runner: 'runnerID',
} as const;

function policyView(policy: TrustPolicy): Readonly<Record<string, unknown>> {
  const { decision, tokenType, target, permissions, rules, match } = policy;
  const member = TARGET_MEMBER[tokenType];
  const { condition, maxExpiration, format, resources, mode, allowBroad } = policy;
  return {
    decision,
    tokenType,
    ...(member === undefined || target === undefined ? {} : { [member]: target }),
    authorizedPermissions: permissions,
    rules,
    ...(Object.keys(match).length === 0 ? {} : { match }),
    ...present({ condition, maxExpiration, format, resources, mode, allowBroad }),
  };
}

function present(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
