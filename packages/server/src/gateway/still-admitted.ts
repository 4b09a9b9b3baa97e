import { evaluate, principalId, routeTarget } from '@countersign/core';
import type { Presented, TokenRecord } from '../tokens/model.ts';
import { factsOf } from './facts.ts';
import type { Caller, GatewayDeps, GatewayRequest } from './model.ts';
import { routingOf } from './routing.ts';
import { opensRoute, tokenOn } from './speaker.ts';

/**
 * What became of a token, asked by who stays connected: over, too, when whoever holds it would not be let in again. The
 * route that the request leads to, whom the token speaks as and what it claims, the policy, the time of day: all as they
 * are now. A connection must not outlive what it was let in by.
 */
export function stillAdmitted(
  deps: Pick<GatewayDeps, 'snapshot' | 'clock'>,
  request: GatewayRequest,
  token: TokenRecord,
  again: Caller['again'],
): Caller['again'] {
  const speaker = principalId(token.principal);
  const judge = (presented: Presented): Presented =>
    presented.state === 'live' && !isAdmitted(deps, request, presented.token, speaker) ? OVER : presented;
  return () => {
    const presented = again();
    return presented instanceof Promise ? presented.then(judge) : judge(presented);
  };
}

const OVER: Presented = { state: 'invalid' };

function isAdmitted(
  { snapshot, clock }: Pick<GatewayDeps, 'snapshot' | 'clock'>,
  request: GatewayRequest,
  token: TokenRecord,
  speaker: string,
): boolean {
  const current = snapshot();
  const routed = routeTarget(routingOf(current).table, request.host, request.port, request.head.target);
  if (!routed.ok) return false;
  const { route, path } = routed.value;
  const now = tokenOn(route, token);
  // One that still counts elsewhere is over where its holder is nobody any more, or somebody else (threat 18).
  if (now === undefined || principalId(now.principal) !== speaker) return false;
  if (!opensRoute(now, route, request.host)) return false;
  const facts = factsOf({ time: clock.now(), request, snapshot: current, path }, now);
  return evaluate(route.policy, facts).effect === 'allow';
}
