import type { Json, TrustPolicy } from '@countersign/core';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { TrustedIssuer } from '../snapshot/model.ts';
import { apiError } from './answer.ts';
import type { ApiCall } from './operation.ts';

/** Trusted issuers and their policies, read. They are owned by the configuration file, which alone changes them. */

/** GET /api/orgs/{org}/oidc/issuers */
export function getIssuers(_deps: unknown, call: ApiCall): Answer {
  return jsonAnswer(200, { oidcIssuers: [...call.organization().issuersById.values()].map(issuerView) });
}

/** GET /api/orgs/{org}/oidc/issuers/{id} */
export function getIssuer(_deps: unknown, call: ApiCall): Answer {
  const issuer = call.organization().issuersById.get(call.parameter('id'));
  return issuer ? jsonAnswer(200, issuerView(issuer)) : apiError(404, 'No such issuer.');
}

function issuerView(issuer: TrustedIssuer): Readonly<Record<string, unknown>> {
  const { id, name, url, maxExpiration, disabled, replay, thumbprints = [], jwks } = issuer;
  return {
    id,
    name,
    url,
    issuer: url,
    thumbprints,
    ...(jwks === undefined ? {} : { jwks: JSON.parse(jwks) as Json }),
    maxExpiration,
    disabled,
    replay,
    audiences: issuer.audiences,
    source: 'file',
  };
}

/** GET /api/orgs/{org}/auth/policies/oidcissuers/{issuerId} */
export function getPolicies(_deps: unknown, call: ApiCall): Answer {
  const issuer = call.organization().issuersById.get(call.parameter('issuerId'));
  if (!issuer) return apiError(404, 'No such issuer.');
  const policies = issuer.policies.map((policy, index) => ({
    id: issuer.policyIds[index],
    ...policyView(policy),
  }));
  return jsonAnswer(200, { id: issuer.policySet, version: 1, policies, source: 'file' });
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
