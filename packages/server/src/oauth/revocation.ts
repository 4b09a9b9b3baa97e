import type { Result } from '@countersign/core';
import { identifyCaller, type Caller, type Present } from '../caller/caller.ts';
import { roleIn } from '../caller/role.ts';
import { jsonAnswer, type Answer, type ServiceRequest } from '../http/message.ts';
import { requiredString } from '../http/parameter.ts';
import { readParameters } from '../http/read-parameters.ts';
import type { Snapshot } from '../snapshot/model.ts';
import { hashOf } from '../tokens/issue.ts';
import type { TokenRecord } from '../tokens/model.ts';

/**
 * POST /api/oauth/revoke (RFC 7009). The caller authenticates with a token of its own; it may always end that one, a
 * person every token of theirs, an organization's admin every token of the organization. An unknown or dead token is
 * 200: the client wanted it gone, and it is.
 */

export interface RevocationDeps {
  readonly snapshot: () => Snapshot;
  readonly present: Present;
  /** Finds a token whether or not it stands now: what is suspended can be revoked for good. */
  readonly find: Present;
  readonly revoke: (
    hash: Uint8Array,
    token: TokenRecord,
    actor: Caller,
  ) => Promise<Result<void, 'unavailable'>>;
}

export async function revocationEndpoint(deps: RevocationDeps, request: ServiceRequest): Promise<Answer> {
  if (request.method !== 'POST')
    return oauthError(405, 'invalid_request', 'This endpoint takes POST only.', { allow: 'POST' });
  const caller = await identifyCaller(deps, request);
  if (!caller.ok) return caller.error === 'unavailable' ? unavailable() : unauthenticated();
  const parameters = await readParameters(request, deps.snapshot().settings.limits.body);
  const value = parameters.ok ? requiredString(parameters.value, 'token') : undefined;
  if (!value?.ok)
    return oauthError(400, 'invalid_request', 'The parameter token is missing, repeated or unreadable.');

  const presented = await deps.find(value.value);
  if (presented.state === 'unavailable') return unavailable();
  if (presented.state !== 'live') return revoked();
  if (!mayRevoke(deps.snapshot(), caller.value, presented.token)) {
    return oauthError(403, 'unauthorized_client', 'The caller may not revoke this token.');
  }
  const done = await deps.revoke(hashOf(value.value), presented.token, caller.value);
  return done.ok ? revoked() : unavailable();
}

function mayRevoke(snapshot: Snapshot, caller: Caller, token: TokenRecord): boolean {
  if (caller.principal.kind === 'administrator' || caller.token?.id === token.id) return true;
  const { principal } = token;
  const samePerson =
    caller.principal.kind === 'user' && principal.kind === 'user' && caller.principal.user === principal.user;
  if (samePerson) return true;
  return token.organization !== undefined && roleIn(snapshot, caller.principal, token.organization) === 'A';
}

function revoked(): Answer {
  return { status: 200, headers: { 'cache-control': 'no-store' }, body: '' };
}

function unauthenticated(): Answer {
  return oauthError(401, 'invalid_client', 'Authenticate with an access token in the Authorization header.', {
    'www-authenticate': 'Bearer realm="api"',
  });
}

function unavailable(): Answer {
  return oauthError(503, 'temporarily_unavailable', 'Storage does not answer; try again.', {
    'retry-after': '1',
  });
}

function oauthError(status: number, error: string, description: string, headers = {}): Answer {
  return jsonAnswer(status, { error, error_description: description }, headers);
}
