import type { Json } from '@countersign/core';
import type { CallerDeps, Present } from '../caller/caller.ts';
import { mayAct } from '../caller/token-rights.ts';
import { jsonAnswer, type Answer, type ServiceRequest } from '../http/message.ts';
import { NEVER_EXPIRES, type TokenRecord } from '../tokens/model.ts';
import { claimsOf } from '../exchange/claims-of.ts';
import { readManagementCall, unavailable } from './token-management.ts';

/**
 * POST /api/oauth/introspect (RFC 7662): whether a token of ours is live, by the very function that the gateway asks,
 * and what it stands for. Everything that the caller may not know of is `{"active":false}` and nothing else, be it
 * another's token, a dead one, or no token at all (section 2.2).
 */
export interface IntrospectionDeps extends CallerDeps {
  /** As `present`, but for somebody who asks about the token and does not use it. */
  readonly inspect: Present;
}

const INACTIVE = { active: false } as const;

export async function introspectionEndpoint(
  deps: IntrospectionDeps,
  request: ServiceRequest,
): Promise<Answer> {
  const call = await readManagementCall(deps, request);
  if (!call.ok) return call.error;
  const { caller, value } = call.value;
  const presented = await deps.inspect(value);
  // Silent storage is no "inactive": whoever asks would throw a good token away.
  if (presented.state === 'unavailable') return unavailable();
  const snapshot = deps.snapshot();
  if (presented.state !== 'live' || !mayAct(snapshot, caller, presented.token)) {
    return jsonAnswer(200, INACTIVE);
  }
  return jsonAnswer(200, activeAnswer(snapshot.service.url, presented.token));
}

/** The claims are those that the token carries when it is signed, so that both ways of asking say the same. */
function activeAnswer(url: string, token: TokenRecord): Readonly<Record<string, Json>> {
  const { principal } = token;
  const claims = claimsOf(token, url);
  const { exp: _exp, ...endless } = claims;
  const username = principal.kind === 'user' ? (principal.login ?? principal.email) : undefined;
  return {
    active: true,
    token_type: 'Bearer',
    ...(username === undefined ? {} : { username }),
    // RFC 7662 section 2.2: `exp` is optional, and a time that nobody means would be taken for one.
    ...(token.expiresAt === NEVER_EXPIRES ? endless : claims),
  };
}
