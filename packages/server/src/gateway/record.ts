import {
  countsIn,
  principalId,
  type Decision,
  type Facts,
  type RefusalCode,
  type Route,
} from '@countersign/core';
import type { DecisionRecord } from '../audit/model.ts';
import type { TokenRecord } from '../tokens/model.ts';
import type { GatewayDeps, GatewayRequest, Refuse } from './model.ts';

/** How decisions of the gateway reach the trail. A refusal is made here and nowhere else, so none goes unrecorded. */

/** A request under one decision id; the route, once it is known. */
export interface Asked {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly request: GatewayRequest;
  readonly route?: Route;
}

/** What the policy saw and said, when it was asked. */
export interface Evaluated {
  readonly facts: Facts;
  readonly decision: Decision;
}

/** A refusal of somebody who has proved nothing: noted, never waited for. */
export function refuseUnproven(
  deps: GatewayDeps,
  asked: Asked,
  code: RefusalCode,
  evaluated?: Evaluated,
): Refuse {
  deps.decisions.unverified(refusedRecord(asked, code, undefined, evaluated), {});
  return refusal(asked, code);
}

/** A refusal of a verified caller: on disk before the answer, or the answer is that it could not be recorded. */
export async function refuseVerified(
  deps: GatewayDeps,
  asked: Asked,
  code: RefusalCode,
  token: TokenRecord,
  evaluated?: Evaluated,
): Promise<Refuse> {
  const stored = await deps.decisions.refused(refusedRecord(asked, code, token, evaluated));
  return refusal(asked, stored.ok ? code : 'server.storage');
}

function refusedRecord(
  asked: Asked,
  code: RefusalCode,
  token: TokenRecord | undefined,
  evaluated: Evaluated | undefined,
): DecisionRecord {
  return {
    ...baseRecord(asked, token),
    effect: 'deny',
    code,
    determining: evaluated?.decision.determining ?? [],
    ...(evaluated && { facts: evaluated.facts }),
    ...(evaluated && asked.route && { policySet: asked.route.policySet }),
  };
}

/** A yes: a log line. */
export function recordPassed(
  deps: GatewayDeps,
  asked: Asked,
  token: TokenRecord | undefined,
  decision: Decision,
): void {
  deps.decisions.passed({
    ...baseRecord(asked, token),
    effect: 'allow',
    determining: decision.determining,
    ...(asked.route && { policySet: asked.route.policySet }),
  });
}

function refusal({ id, request, route }: Asked, code: RefusalCode): Refuse {
  return {
    kind: 'refuse',
    decisionId: id,
    code,
    realm: request.host,
    ...(route?.basicChallenge && { basicChallenge: true }),
  };
}

function baseRecord(
  { id, time, request, route }: Asked,
  token: TokenRecord | undefined,
): Omit<DecisionRecord, 'effect' | 'determining'> {
  const organization = route && concernedOrganization(route, token);
  return {
    id,
    time,
    kind: 'gateway',
    remoteAddress: request.head.remoteAddress,
    ...(organization !== undefined && { organization }),
    ...(route && { route: route.name }),
    ...(token && {
      issuer: token.issuer,
      subject: token.subject,
      principal: principalId(token.principal),
      tokenId: token.id,
    }),
  };
}

/** Decisions of a route are its organizations': the one that believes the caller, else the only one there is. */
function concernedOrganization(route: Route, token: TokenRecord | undefined): string | undefined {
  const believing = token && route.organizations.find((name) => countsIn(token.principal, name));
  return believing ?? (route.organizations.length === 1 ? route.organizations[0] : undefined);
}
