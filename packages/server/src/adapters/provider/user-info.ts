import { err, ok, parseClaimPath, readPath, type Claims, type Result } from '@countersign/core';
import type { Provider } from '../../sessions/provider-client.ts';
import { parseBoundedObject } from '../../trust/bounded-json.ts';
import type { SafeCall } from '../safe-fetch.ts';
import { ofCall, type Fault } from './fault.ts';
import { BOUNDS, LIMITS } from './wire.ts';

/** What a provider says of a person besides the id_token (OpenID Connect Core 5.3). It must never speak of another person. */

/** Claims about a token, and not about a person: unsigned, they would say how and for whom somebody signed in. */
const OF_TOKENS = new Set(
  'iss aud exp nbf iat jti azp nonce sid events acr amr auth_time at_hash c_hash s_hash'.split(' '),
);

export interface UserInfoRequest {
  readonly endpoint: string;
  readonly accessToken: string;
  /** Verified, of the id_token or of the session. */
  readonly subject: Claims[string] | undefined;
}

export async function fetchUserInfo(
  call: SafeCall,
  { endpoint, accessToken, subject }: UserInfoRequest,
): Promise<Result<Claims, Fault>> {
  // RFC 6750 section 2.1. What cannot stand in a header is no access token of anybody.
  if (!/^[\x21-\x7e]+$/.test(accessToken)) return err({ fault: 'malformed', reason: 'access_token' });
  const answered = await call(endpoint, { headers: { authorization: `Bearer ${accessToken}` } }, LIMITS);
  if (!answered.ok) return err(ofCall(answered.error));
  // A signed answer (application/jwt) is none that was asked for.
  const document = parseBoundedObject(answered.value.body, BOUNDS);
  if (!document) return err({ fault: 'malformed', reason: 'userinfo' });
  // Section 5.3.2: token substitution would put one person's groups on another.
  if (typeof subject !== 'string' || document['sub'] !== subject)
    return err({ fault: 'malformed', reason: 'userinfo_sub' });
  return ok(Object.fromEntries(Object.entries(document).filter(([name]) => !OF_TOKENS.has(name))));
}

/** Whether something that the configuration reads is not in the id_token. */
export function lacksConfigured({ claims: { email, groups, name } }: Provider, claims: Claims): boolean {
  return [email, groups, name].some((path) => {
    const parsed = parseClaimPath(path);
    return parsed.ok && readPath(claims, parsed.value) === undefined;
  });
}
