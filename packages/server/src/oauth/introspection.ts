import type { Json } from '@countersign/core';
import type { CallerDeps } from '../caller/caller.ts';
import { mayAct } from '../caller/token-rights.ts';
import { jsonAnswer, type Answer, type ServiceRequest } from '../http/message.ts';
import type { TokenRecord } from '../tokens/model.ts';
import { claimsOf } from '../exchange/claims-of.ts';
import { readManagementCall, unavailable } from './token-management.ts';

/**
 * POST /api/oauth/introspect (RFC 7662): whether a token of ours is live, by the very function that the gateway asks,
 * and what it stands for. Everything that the caller may not know of is `{"active":false}` and nothing else, be it
 * another's token, a dead one, or no token at all (section 2.2).
 */
export type IntrospectionDeps = CallerDeps;

const INACTIVE = { active: false } as const;

export async function introspectionEndpoint(
  deps: IntrospectionDeps,
  request: ServiceRequest,
): Promise<Answer> {
  const call = await readManagementCall(deps, request);
  if (!call.ok) return call.error;
  const { caller, value } = call.value;
  const presented = await deps.present(value);
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
  const username = principal.kind === 'user' ? (principal.login ?? principal.email) : undefined;
  return {
    active: true,
    token_type: 'Bearer',
    ...(username === undefined ? {} : { username }),
    ...claimsOf(token, url),
  };
}
