import { err, ok, type Result } from '@countersign/core';
import { identifyHolder, type Caller, type CallerDeps, type CallerFailure } from '../caller/caller.ts';
import { jsonAnswer, type Answer, type ServiceRequest } from '../http/message.ts';
import { requiredString } from '../http/parameter.ts';
import { readParameters } from '../http/read-parameters.ts';

/**
 * What revocation (RFC 7009) and introspection (RFC 7662) share: a POST by the holder of a token of ours, about the
 * token in the parameter `token`. A `token_type_hint` is not needed and ignored, as both allow. Neither may tell a
 * caller anything about a token that is not theirs to manage.
 */
export interface ManagementCall {
  readonly caller: Caller;
  /** The value of `token`, which may be anything at all. */
  readonly value: string;
}

/** The call, or the answer that refuses it: method, then caller, then parameters. */
export async function readManagementCall(
  deps: CallerDeps,
  request: ServiceRequest,
): Promise<Result<ManagementCall, Answer>> {
  if (request.method !== 'POST') {
    return err(oauthError(405, 'invalid_request', 'This endpoint takes POST only.', { allow: 'POST' }));
  }
  const caller = await identifyHolder(deps, request);
  if (!caller.ok) return err(callerRefused(deps, request, caller.error));
  const parameters = await readParameters(request, deps.snapshot().settings.limits.body);
  const value = parameters.ok ? requiredString(parameters.value, 'token') : undefined;
  if (!value?.ok) {
    return err(oauthError(400, 'invalid_request', 'The parameter token is missing, repeated or unreadable.'));
  }
  return ok({ caller: caller.value, value: value.value });
}

function callerRefused(deps: CallerDeps, request: ServiceRequest, failure: CallerFailure): Answer {
  switch (failure) {
    case 'unauthenticated':
      return oauthError(
        401,
        'invalid_client',
        'Authenticate with an access token in the Authorization header.',
        { 'www-authenticate': 'Bearer realm="api"' },
      );
    case 'unavailable':
      return unavailable();
    case 'limited':
      return oauthError(429, 'temporarily_unavailable', 'Too many failed requests from this address.', {
        'retry-after': String(deps.failures.wait(request.remoteAddress)),
      });
  }
}

export function unavailable(): Answer {
  return oauthError(503, 'temporarily_unavailable', 'Storage does not answer; try again.', {
    'retry-after': '1',
  });
}

export function oauthError(
  status: number,
  error: string,
  description: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return jsonAnswer(status, { error, error_description: description }, headers);
}
