import {
  accessTokenClaims,
  audienceOf,
  principalId,
  printScope,
  type Claims,
  type Principal,
} from '@countersign/core';
import type { TokenRecord } from '../tokens/model.ts';

/**
 * What a token of ours says of itself: signed into its value (RFC 9068) or answered by introspection (RFC 7662), and the
 * same both times. `url` is the address of the service.
 */
export function claimsOf(token: Omit<TokenRecord, 'exchange'>, url: string): Claims {
  return accessTokenClaims({ ...token, scope: scopeOf(token.principal) }, url);
}

/**
 * What a program carries for a person at one host, and may read of it: until when it is good, and where. It is seen by
 * whoever sees the program's URL, so it names the person by what this server calls them and says nothing more.
 */
export function sessionClaims(token: Omit<TokenRecord, 'exchange'>, url: string): Claims {
  const [resource = ''] = token.resources;
  return {
    iss: url,
    sub: principalId(token.principal),
    aud: audienceOf(resource),
    exp: token.expiresAt,
    iat: token.issuedAt,
    jti: token.id,
  };
}

/** The scope that was granted, which is whom the token speaks as and nothing more; a person's session has none. */
function scopeOf(principal: Principal): string {
  switch (principal.kind) {
    case 'organization':
      return printScope({ type: 'organization', admin: principal.admin });
    case 'team':
      return printScope({ type: 'team', team: principal.team });
    case 'runner':
      return printScope({ type: 'runner', runner: principal.runner });
    case 'user': {
      const { login, vouchedBy } = principal;
      if (login === undefined || vouchedBy.kind !== 'organization') return '';
      return printScope({ type: 'personal', login });
    }
    case 'service':
    case 'administrator':
      return '';
  }
}
