import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  upstreamHeaders,
  upstreamHost,
  writableLines,
  type HeaderLine,
  type RefusalCode,
  type RequestHead,
} from '@countersign/core';
import type { Dispatcher } from 'undici';
import type { Assertions } from '../assertion.ts';
import type { Forward, GatewayDeps } from '../model.ts';
import type { Observation, Observe } from '../observation.ts';
import { routingOf } from '../routing.ts';
import type { Watch } from '../watch.ts';
import { writeRefusal } from './answer.ts';
import { cutWhenIdle } from './idle.ts';
import { createRelay } from './relay.ts';
import { requestBody } from './request-body.ts';
import { flatList } from './request-head.ts';
import type { Sending } from './upstreams-passage.ts';
import type { Upstreams } from './upstreams.ts';

/** Sends an admitted request to its upstream and relays the answer. Nothing is decided here any more. */

export interface ForwardDeps {
  readonly gateway: GatewayDeps;
  readonly assertions: Assertions;
  readonly upstreams: Upstreams;
  readonly watch: Watch;
  readonly observe: Observe | undefined;
}

/** One request on one connection, as node:http gives it. */
export interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly head: RequestHead;
  readonly observation?: Observation;
  /** `Expect: 100-continue` has not been answered. */
  readonly awaitsContinue: boolean;
  /** Takes over after 101; present when the request asks to become a WebSocket. */
  readonly switched?: (upstream: Duplex, lines: readonly HeaderLine[], over: () => void) => void;
}

/** A promise only while the client library is being loaded: every request after that would pay for one. */
export function forward(deps: ForwardDeps, exchange: Exchange, decision: Forward): void | Promise<void> {
  const { incoming, outgoing, head, awaitsContinue, switched } = exchange;
  const { upstream, route, decisionId } = decision;
  const options: Sending['options'] = {
    method: head.method,
    path: decision.target,
    headers: flatList(headersFor(deps, head, decision)),
    headersTimeout: route.timeout,
    upgrade: switched ? 'websocket' : null,
  };
  const passage = deps.upstreams.open(upstream);
  const fail = failing(deps, exchange, decision);
  return passage.send({
    options,
    body: () => requestBody(incoming, outgoing, awaitsContinue),
    relay: watchedRelay(deps, exchange, decision, fail, passage.over),
    isWanted: () => !outgoing.headersSent && !outgoing.destroyed,
    isBodyRead: () => incoming.readableDidRead,
    refuse: (cause) => fail('upstream.unreachable', cause, 503),
    repeated(address, cause) {
      const fields = { request_id: decisionId, route: route.name, upstream: address, cause };
      deps.gateway.logger.warn('upstream failed, another address is tried', fields);
    },
  });
}

/** Answers in place of the upstream, once; what the answer does not say is in the log. */
type Fail = (code: RefusalCode, cause: string, status?: 503) => void;

function failing(
  { gateway: { logger } }: ForwardDeps,
  { incoming, outgoing, head, observation }: Exchange,
  { decisionId, route, host }: Forward,
): Fail {
  const traceId = head.trace?.traceId;
  return (code, cause, status) => {
    observation?.failed(code);
    logger.warn('upstream failed', { request_id: decisionId, route: route.name, code, cause });
    const refuse = { kind: 'refuse', decisionId, code, realm: host, ...(status && { status }) } as const;
    writeRefusal(incoming, outgoing, { ...refuse, ...(traceId !== undefined && { traceId }) }, head.headers);
  };
}

/** The relay of the answer; the client's connection ends with the token that let the request in. */
function watchedRelay(
  deps: ForwardDeps,
  { incoming, outgoing, switched, observation }: Exchange,
  { decisionId, route, caller }: Forward,
  fail: Fail,
  ended: () => void,
): Dispatcher.DispatchHandler {
  const { snapshot } = deps.gateway;
  const unwatch = caller && deps.watch.add(caller.again, () => incoming.socket.destroy());
  let stopLooking = (): void => {};
  const begun = (status: number): void => {
    observation?.begun(status);
    if (route.idleTimeout !== undefined) stopLooking = cutWhenIdle(incoming.socket, route.idleTimeout);
  };
  const over = (): void => {
    unwatch?.();
    stopLooking();
    ended();
    observation?.over(outgoing.headersSent ? outgoing.statusCode : undefined);
  };
  return createRelay({
    incoming,
    outgoing,
    requestId: decisionId,
    sessionCookie: snapshot().settings.sessionCookie,
    timeout: route.timeout,
    ...(route.headerOperations && { operations: route.headerOperations }),
    fail,
    begun,
    over,
    ...(switched && { switched: (upstream, lines) => switched(upstream, lines, over) }),
  });
}

/** Of somebody about whom the upstream is not told, or of nobody. */
const NOTHING = writableLines([]);

function headersFor(deps: ForwardDeps, head: RequestHead, decision: Forward): readonly HeaderLine[] {
  const { route, host: asked, caller } = decision;
  const host = head.headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? '';
  const snapshot = deps.gateway.snapshot();
  return upstreamHeaders({
    headers: head.headers,
    claimHeaders: routingOf(snapshot).claimHeaders,
    spentCarriers: decision.spentCarriers,
    sessionCookie: snapshot.settings.sessionCookie,
    remoteAddress: head.remoteAddress,
    ...(head.forwarded && { forwarded: head.forwarded }),
    ...(head.trace && { trace: head.trace }),
    scheme: route.scheme,
    host,
    upstreamHost: upstreamHost(route, host),
    requestId: decision.decisionId,
    identity: caller && route.passIdentityHeaders ? deps.assertions(caller.token, route, asked) : NOTHING,
    ...(route.headerOperations && { operations: route.headerOperations }),
    // The client library writes the lines of an upgrade itself, and refuses to be given them.
    websocket: false,
  });
}
