import {
  exchangeFacts,
  explain,
  isObject,
  parseScope,
  targetExists,
  TOKEN_TYPES,
  type Claims,
  type Json,
  type Target,
} from '@countersign/core';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { Organization, Snapshot, TrustedIssuer } from '../snapshot/model.ts';
import { apiError } from './answer.ts';
import { readJsonBody } from './json-body.ts';
import type { ApiCall } from './operation.ts';

/**
 * POST /api/orgs/{org}/explain `{issuer, claims, request: {type, scope}}`: what the policies in force would say of a
 * token with these claims. Nothing is verified, issued or recorded: it answers a question about rules.
 */
export async function explainClaims(
  deps: { readonly snapshot: () => Snapshot },
  call: ApiCall,
): Promise<Answer> {
  const body = await readJsonBody(call.request, deps.snapshot().settings.limits.body);
  if (!body.ok) return body.error;
  const question = readQuestion(body.value, call.organization());
  if (typeof question === 'string') return apiError(400, question);
  const { issuer, claims, target } = question;
  const facts = exchangeFacts({
    claims,
    request: { organization: call.organization().name, target, resources: [] },
  });
  const { decision, determining, nearest, lines } = explain(issuer.trust.policy, facts);
  return jsonAnswer(200, {
    effect: decision.effect,
    issuer: `${issuer.organization}/${issuer.name}`,
    policy: issuer.policySet,
    determining: decision.determining,
    audited: decision.audited,
    issuerEnabled: !issuer.disabled,
    targetExists: targetExists(call.organization().directory, target),
    trace: { determining, nearest },
    explanation: lines,
  });
}

interface Question {
  readonly issuer: TrustedIssuer;
  readonly claims: Claims;
  readonly target: Target;
}

function readQuestion(body: Claims, organization: Organization): Question | string {
  const { issuer: name, claims, request } = body;
  const issuers = [...organization.issuersById.values()];
  const issuer = issuers.find(
    (candidate) => candidate.name === name || `${organization.name}/${candidate.name}` === name,
  );
  if (!issuer) return 'issuer names no trusted issuer of the organization.';
  if (!isObject(claims)) return 'claims is not an object.';
  if (!isObject(request)) return 'request is not an object.';
  const type = TOKEN_TYPES.find((candidate) => candidate === request['type']);
  if (!type) return `request.type is none of ${TOKEN_TYPES.join(', ')}.`;
  const scope: Json = request['scope'] ?? '';
  const target = typeof scope === 'string' ? parseScope(type, scope) : undefined;
  return target?.ok ? { issuer, claims, target: target.value } : 'request.scope does not fit the type.';
}
