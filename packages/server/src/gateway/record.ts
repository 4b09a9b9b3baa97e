import {
  countsIn,
  principalId,
  type Decision,
  type Facts,
  type RefusalCode,
  type Route,
} from '@countersign/core';
import type { DecisionRecord } from '../audit/model.ts';
import type { Snapshot } from '../snapshot/model.ts';
import type { TokenRecord } from '../tokens/model.ts';
import type { Unrecognised } from './foreign/model.ts';
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

/**
 * A refusal of a foreign token that was not exchanged: the exchange has recorded it as its proof deserves, and its
 * decision is the one that explains. Here it is noted for which request.
 */
export function refuseUnexchanged(
  deps: GatewayDeps,
  asked: Asked,
  { code, decisionId, retryAfter }: Unrecognised,
): Refuse {
  const record = refusedRecord(asked, code, undefined, undefined);
  deps.decisions.unverified({ ...record, ...(decisionId !== undefined && { exchange: decisionId }) }, {});
  return {
    ...refusal(asked, code),
    ...(decisionId !== undefined && { decisionId }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

/** A refusal of a verified caller: on disk before the answer, or the answer is that it could not be recorded. */
export async function refuseVerified(
  deps: GatewayDeps,
  asked: Asked,
  code: RefusalCode,
  token: TokenRecord,
  evaluated?: Evaluated,
): Promise<Refuse> {
  const record = { ...refusedRecord(asked, code, token, evaluated), ...issuerName(deps.snapshot(), token) };
  const stored = await deps.decisions.refused(record);
  return refusal(asked, stored.ok ? code : 'server.storage');
}

/** A handshake that the policy would let pass; why it may not is for the log alone. */
export function refuseWebSocket(
  deps: GatewayDeps,
  asked: Asked,
  token: TokenRecord | undefined,
  cause: string,
): Refuse | Promise<Refuse> {
  deps.logger.info('WebSocket refused', {
    request_id: asked.id,
    cause,
    ...(asked.route && { route: asked.route.name }),
  });
  return token
    ? refuseVerified(deps, asked, 'policy.refused', token)
    : refuseUnproven(deps, asked, 'policy.refused');
}

/**
 * Too many requests of one caller: noted and never waited for, whoever it is. What the limit keeps away must not cost
 * more than what it lets through.
 */
export function refuseOverLimit(
  deps: GatewayDeps,
  asked: Asked,
  token: TokenRecord | undefined,
  retryAfter: number,
): Refuse {
  deps.decisions.unverified(refusedRecord(asked, 'limit.rate', token, undefined), {});
  return { ...refusal(asked, 'limit.rate'), retryAfter };
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
    ...(token && issuerName(deps.snapshot(), token)),
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
    ...(route && { routeName: route.name }),
    ...(request.head.trace && { traceId: request.head.trace.traceId }),
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
    ...(request.head.trace && { trace: request.head.trace }),
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

/** What people call who vouched: an id says nothing to whoever reads the log, or asks why somebody was refused. */
function issuerName(
  { organizations, identityProvidersById }: Snapshot,
  { organization = '', issuer: id }: TokenRecord,
): Pick<DecisionRecord, 'issuerName'> {
  const issuer = organizations.get(organization)?.issuersById.get(id);
  const name = issuer === undefined ? identityProvidersById.get(id)?.name : `${organization}/${issuer.name}`;
  return name === undefined ? {} : { issuerName: name };
}

/** Decisions of a route are its organizations': the one that believes the caller, else the only one there is. */
function concernedOrganization(route: Route, token: TokenRecord | undefined): string | undefined {
  const believing = token && route.organizations.find((name) => countsIn(token.principal, name));
  return believing ?? (route.organizations.length === 1 ? route.organizations[0] : undefined);
}
