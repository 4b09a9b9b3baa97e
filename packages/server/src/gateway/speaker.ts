import { principalAmong, principalId, type Route } from '@countersign/core';
import type { Presented, TokenRecord } from '../tokens/model.ts';
import type { Caller } from './model.ts';

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

/**
 * What became of a token, asked by who stays connected. One that still counts elsewhere is over here when its holder is
 * nobody here any more, or somebody else.
 */
export function stillOn(route: Route, token: TokenRecord, again: Caller['again']): Caller['again'] {
  // What belongs to one organization stands or falls as a whole.
  if (token.organization !== undefined) return again;
  const speaker = principalId(token.principal);
  const judge = (presented: Presented): Presented => {
    if (presented.state !== 'live') return presented;
    const now = tokenOn(route, presented.token);
    return now && principalId(now.principal) === speaker ? presented : { state: 'invalid' };
  };
  return () => {
    const presented = again();
    return presented instanceof Promise ? presented.then(judge) : judge(presented);
  };
}
