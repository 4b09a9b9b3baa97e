import type { Result } from '@countersign/core';
import { originOf } from '../audit/origin.ts';
import type { ExchangeDeps } from '../exchange/model.ts';
import { createRefuser } from '../exchange/refuser.ts';
import type { FailureLimit } from '../http/failure-limit.ts';
import type { Answer, ServiceRequest } from '../http/message.ts';
import { errorAnswer } from '../http/oauth-error.ts';
import { requiredString } from '../http/parameter.ts';
import { readParameters } from '../http/read-parameters.ts';
import { refuseMalformed } from '../http/refuse-malformed.ts';
import { countFailure, refuseOverLimit } from '../http/refuse-over-limit.ts';
import { verifyLogoutToken, type LogoutOrder, type RefusedLogout } from '../sessions/logout-token.ts';

/**
 * POST /.pomerium/backchannel_logout (OpenID Connect Back-Channel Logout 1.0 section 2.5): an identity provider says that
 * somebody has signed out there. It comes without a cookie, from a server: what the token proves is all it may do.
 */
export interface BackchannelLogoutDeps extends ExchangeDeps {
  readonly failures: FailureLimit;
  /** How many sessions have ended. */
  readonly endAtProvider: (order: LogoutOrder) => Promise<Result<number, 'unavailable'>>;
}

export async function backchannelLogoutEndpoint(
  deps: BackchannelLogoutDeps,
  request: ServiceRequest,
): Promise<Answer> {
  const limited = refuseOverLimit(deps, request);
  if (limited) return limited;
  const answer = countFailure(deps.failures, request, await logoutAnswer(deps, request));
  // Section 2.8 has one status for a request that is none and for a logout that failed.
  return answer.status === 200 || answer.status === 405 ? answer : { ...answer, status: 400 };
}

async function logoutAnswer(deps: BackchannelLogoutDeps, request: ServiceRequest): Promise<Answer> {
  if (request.method !== 'POST') {
    return refuseMalformed(deps, request, { code: 'request.method', hint: [] }, { allow: 'POST' });
  }
  const parameters = await readParameters(request, deps.snapshot().settings.limits.body);
  if (!parameters.ok) return refuseMalformed(deps, request, { code: parameters.error, hint: [] });
  const token = requiredString(parameters.value, 'logout_token');
  if (!token.ok) return refuseMalformed(deps, request, token.error);
  const order = await verifyLogoutToken(deps, token.value);
  if (!order.ok) return refuse(deps, request, order.error);
  const ended = await deps.endAtProvider(order.value);
  if (!ended.ok) return refuse(deps, request, { code: 'server.storage' });
  // Also where there was nothing to end: what it asks for is so (section 2.8).
  return { status: 200, headers: { 'cache-control': 'no-store' }, body: '' };
}

function refuse(
  deps: BackchannelLogoutDeps,
  request: ServiceRequest,
  { jws, ...reason }: RefusedLogout,
): Answer {
  const { service, settings } = deps.snapshot();
  const attempt = { id: deps.decisions.newId(), time: deps.clock.now(), ...originOf(request) };
  createRefuser(deps.decisions, attempt).unverified(reason, jws);
  const context = { url: service.url, refusalError: settings.refusalError };
  return errorAnswer(context, { ...reason, decisionId: attempt.id });
}
