import { err } from '@countersign/core';
import type { Clock } from '../adapters/ports.ts';
import { originOf } from '../audit/origin.ts';
import type { Decisions } from '../audit/port.ts';
import type { FailureLimit } from '../http/failure-limit.ts';
import { jsonAnswer, type Answer, type ServiceRequest } from '../http/message.ts';
import { errorAnswer } from '../http/oauth-error.ts';
import { requiredString } from '../http/parameter.ts';
import type { Parameters } from '../http/parameters.ts';
import { refuseMalformed } from '../http/refuse-malformed.ts';
import { countFailure, refuseOverLimit } from '../http/refuse-over-limit.ts';
import { readParameters } from '../http/read-parameters.ts';
import type { Snapshot } from '../snapshot/model.ts';
import type { GrantHandler } from './grants/grant-handler.ts';

/**
 * POST /api/oauth/token. One place owns the phases that every grant shares, in the order of the contract:
 * limit of failures → method → size → media type and syntax → grant type → the grant → one answer. It never answers
 * 5xx for bad input.
 */

export interface TokenEndpointDeps {
  readonly snapshot: () => Snapshot;
  readonly grants: readonly GrantHandler[];
  readonly decisions: Decisions;
  readonly clock: Clock;
  readonly failures: FailureLimit;
}

export async function tokenEndpoint(deps: TokenEndpointDeps, request: ServiceRequest): Promise<Answer> {
  const refused = refuseOverLimit(deps, request);
  return refused ?? countFailure(deps.failures, request, await answer(deps, request));
}

async function answer(deps: TokenEndpointDeps, request: ServiceRequest): Promise<Answer> {
  if (request.method !== 'POST') {
    return refuseMalformed(deps, request, { code: 'request.method', hint: [] }, { allow: 'POST' });
  }
  const { service, settings } = deps.snapshot();
  const parameters = await readParameters(request, settings.limits.body);
  if (!parameters.ok) return refuseMalformed(deps, request, { code: parameters.error, hint: [] });
  const granted = await dispatch(deps, request, parameters.value);
  if (granted.ok) {
    const { members, undelivered } = granted.value;
    const success = jsonAnswer(200, members);
    return undelivered === undefined ? success : { ...success, undelivered };
  }
  if (!('decisionId' in granted.error)) return refuseMalformed(deps, request, granted.error);
  return errorAnswer({ url: service.url, refusalError: settings.refusalError }, granted.error);
}

async function dispatch(
  deps: TokenEndpointDeps,
  request: ServiceRequest,
  parameters: Parameters,
): ReturnType<GrantHandler['handle']> {
  const grantType = requiredString(parameters, 'grant_type');
  if (!grantType.ok) return grantType;
  const grant = deps.grants.find((candidate) => candidate.grantType === grantType.value);
  if (!grant) return err({ code: 'request.grant_type', hint: ['grant_type is not supported'] });
  return grant.handle(parameters, originOf(request));
}
