import { hostResource, principalAmong, type Route } from '@countersign/core';
import type { TokenRecord } from '../tokens/model.ts';

/**
 * Who the holder of a token is on a route: a person of a shared provider may be one member to one organization and
 * another to the next, and what one of them says is nothing to the route of another (threat 18).
 */

/** The token as the organizations of the route know its holder; `undefined`: none of them has to believe it. */
export function tokenOn({ organizations }: Route, token: TokenRecord): TokenRecord | undefined {
  const principal = principalAmong(token.principal, organizations);
  if (principal === undefined || principal === token.principal) return principal && token;
  return { ...token, principal };
}

/** A token of no resources opens every route; one of a host all of that host, as the request names it. */
export function opensRoute({ resources }: TokenRecord, route: Route, host: string): boolean {
  if (resources.length === 0) return true;
  return resources.includes(route.resource) || resources.includes(hostResource(host));
}
