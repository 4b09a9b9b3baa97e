import type { Claims, Json } from '../claims.ts';
import { audienceOf } from './host-resource.ts';
import { principalFacts, principalId, type Principal } from '../principal.ts';

/**
 * What a signed access token says (RFC 9068). It is read by others, offline, and stays readable when it leaks into a
 * log, so it says who somebody is and where they may go, and never what a policy saw: no claims of the subject token,
 * no email, no groups.
 */

/** What is known of a token that is about to be signed. Times in epoch seconds. */
export interface AccessTokenFacts {
  /** `tok_…` */
  readonly id: string;
  readonly principal: Principal;
  readonly organization?: string;
  /** Id of the trusted issuer: whoever exchanged has no client of ours, their issuer stands for it. */
  readonly issuer: string;
  readonly resources: readonly string[];
  /** As granted; empty = none. */
  readonly scope: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Members of the facts about a principal that strangers may read. */
const PUBLIC_FACTS = ['kind', 'id', 'organization', 'team', 'login'] as const;

/** Claims of RFC 9068 section 2.2, and `org` and `principal`. `url` is the address of the service. */
export function accessTokenClaims(token: AccessTokenFacts, url: string): Claims {
  return {
    iss: url,
    exp: token.expiresAt,
    iat: token.issuedAt,
    // RFC 9068 section 3: without a resource the default is the server itself, and never no audience at all.
    aud: token.resources.length > 0 ? token.resources.map(audienceOf) : [url],
    sub: principalId(token.principal),
    client_id: token.issuer,
    jti: token.id,
    ...(token.scope === '' ? {} : { scope: token.scope }),
    ...(token.organization === undefined ? {} : { org: token.organization }),
    principal: publicFacts(token.principal),
  };
}

function publicFacts(principal: Principal): Claims {
  const facts = principalFacts(principal);
  return Object.fromEntries(
    PUBLIC_FACTS.flatMap((name): [string, Json][] => {
      const value = facts[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
