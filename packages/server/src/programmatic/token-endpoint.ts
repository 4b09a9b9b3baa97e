import { REFUSALS } from '@countersign/core';
import { originOf } from '../audit/origin.ts';
import { exchangeIdToken } from '../exchange/exchange-id-token.ts';
import type { ExchangeDeps, IdentifiedRefusal } from '../exchange/model.ts';
import type { FailureLimit } from '../http/failure-limit.ts';
import { jsonAnswer, type Answer, type ServiceRequest } from '../http/message.ts';
import { errorAnswer, type ErrorContext } from '../http/oauth-error.ts';
import { requiredString } from '../http/parameter.ts';
import { refuseMalformed } from '../http/refuse-malformed.ts';
import { countFailure, refuseOverLimit } from '../http/refuse-over-limit.ts';
import { readParameters } from '../http/read-parameters.ts';

/**
 * POST /api/v1/token: an id_token of a person's provider for a session of ours (programmatic access, step 4).
 * The answer has exactly two members, spelled `Token` and `Expiry`. A bad id_token is the client's fault: 401, never
 * the 500 that clients of the original had to live with.
 */
export interface ProgrammaticDeps extends ExchangeDeps {
  readonly failures: FailureLimit;
}

export async function programmaticTokenEndpoint(
  deps: ProgrammaticDeps,
  request: ServiceRequest,
): Promise<Answer> {
  const refused = refuseOverLimit(deps, request);
  return refused ?? countFailure(deps.failures, request, await exchangeAnswer(deps, request));
}

async function exchangeAnswer(deps: ExchangeDeps, request: ServiceRequest): Promise<Answer> {
  if (request.method !== 'POST') {
    return refuseMalformed(deps, request, { code: 'request.method', hint: [] }, { allow: 'POST' });
  }
  const { service, settings } = deps.snapshot();
  const parameters = await readParameters(request, settings.limits.body);
  if (!parameters.ok) return refuseMalformed(deps, request, { code: parameters.error, hint: [] });
  const idToken = requiredString(parameters.value, 'id_token');
  if (!idToken.ok) return refuseMalformed(deps, request, idToken.error);

  const session = await exchangeIdToken(deps, {
    idToken: idToken.value,
    ...originOf(request),
  });
  if (!session.ok) {
    return refusedToken({ url: service.url, refusalError: settings.refusalError }, session.error);
  }
  return jsonAnswer(200, { Token: session.value.value, Expiry: rfc3339(session.value.expiresAt) });
}

/** Every fault of the token is 401 with a challenge (RFC 6750 section 3); what is ours keeps its own status. */
function refusedToken(context: ErrorContext, refusal: IdentifiedRefusal): Answer {
  const answer = errorAnswer(context, refusal);
  if (![400, 401].includes(REFUSALS[refusal.code].status)) return answer;
  return {
    ...answer,
    status: 401,
    headers: { ...answer.headers, 'www-authenticate': 'Bearer error="invalid_token"' },
  };
}

/** RFC 3339 in UTC and whole seconds. */
function rfc3339(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z');
}
