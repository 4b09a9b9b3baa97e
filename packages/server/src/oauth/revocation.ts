import type { Result } from '@countersign/core';
import type { Caller, CallerDeps, Present } from '../caller/caller.ts';
import { mayAct } from '../caller/token-rights.ts';
import type { Answer, ServiceRequest } from '../http/message.ts';
import { hashOf } from '../tokens/issue.ts';
import type { TokenRecord } from '../tokens/model.ts';
import { oauthError, readManagementCall, unavailable } from './token-management.ts';

/**
 * POST /api/oauth/revoke (RFC 7009). The caller authenticates with a token of its own; it may always end that one, a
 * person every token of theirs, an organization's admin every token of the organization. An unknown or dead token is
 * 200: the client wanted it gone, and it is.
 */

export interface RevocationDeps extends CallerDeps {
  /** Finds a token whether or not it stands now: what is suspended can be revoked for good. */
  readonly find: Present;
  readonly revoke: (
    hash: Uint8Array,
    token: TokenRecord,
    actor: Caller,
  ) => Promise<Result<void, 'unavailable'>>;
}

export async function revocationEndpoint(deps: RevocationDeps, request: ServiceRequest): Promise<Answer> {
  const call = await readManagementCall(deps, request);
  if (!call.ok) return call.error;
  const { caller, value } = call.value;
  const presented = await deps.find(value);
  if (presented.state === 'unavailable') return unavailable();
  if (presented.state !== 'live') return revoked();
  if (!mayAct(deps.snapshot(), caller, presented.token)) {
    return oauthError(403, 'unauthorized_client', 'The caller may not revoke this token.');
  }
  const done = await deps.revoke(hashOf(value), presented.token, caller);
  return done.ok ? revoked() : unavailable();
}

function revoked(): Answer {
  return { status: 200, headers: { 'cache-control': 'no-store' }, body: '' };
}
