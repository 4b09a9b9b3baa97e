import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  upstreamHeaders,
  upstreamHost,
  type HeaderLine,
  type RefusalCode,
  type RequestHead,
} from '@countersign/core';
import type { Dispatcher } from 'undici';
import type { Assertions } from '../assertion.ts';
import type { Forward, GatewayDeps } from '../model.ts';
import { routingOf } from '../routing.ts';
import type { Watch } from '../watch.ts';
import { writeRefusal } from './answer.ts';
import { cutWhenIdle } from './idle.ts';
import { createRelay } from './relay.ts';
import { requestBody } from './request-body.ts';
import { flatList } from './request-head.ts';
import type { Upstreams } from './upstreams.ts';

/** Sends an admitted request to its upstream and relays the answer. Nothing is decided here any more. */

export interface ForwardDeps {
  readonly gateway: GatewayDeps;
  readonly assertions: Assertions;
  readonly upstreams: Upstreams;
  readonly watch: Watch;
}

/** One request on one connection, as node:http gives it. */
export interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly head: RequestHead;
  /** `Expect: 100-continue` has not been answered. */
  readonly awaitsContinue: boolean;
  /** Takes over after 101; present when the request asks to become a WebSocket. */
  readonly switched?: (upstream: Duplex, lines: readonly HeaderLine[], over: () => void) => void;
}

/** A promise only while the client library is being loaded: every request after that would pay for one. */
export function forward(deps: ForwardDeps, exchange: Exchange, decision: Forward): void | Promise<void> {
  const { incoming, outgoing, head, awaitsContinue, switched } = exchange;
  const { upstream, route } = decision;
  const options: Dispatcher.DispatchOptions = {
    origin: `${upstream.scheme}://${upstream.host}:${upstream.port}`,
    method: head.method,
    path: decision.target,
    headers: flatList(headersFor(deps, head, decision)),
    body: requestBody(incoming, outgoing, awaitsContinue),
    headersTimeout: route.timeout,
    upgrade: switched ? 'websocket' : null,
  };
  const handler = watchedRelay(deps, exchange, decision);
  const dispatcher = deps.upstreams.dispatcher();
  if (!(dispatcher instanceof Promise)) return void dispatcher.dispatch(options, handler);
  return dispatcher.then((loaded) => void loaded.dispatch(options, handler));
}

/** The relay of the answer; the client's connection ends with the token that let the request in. */
function watchedRelay(
  deps: ForwardDeps,
  { incoming, outgoing, head, switched }: Exchange,
  { decisionId, route, host, caller }: Forward,
): Dispatcher.DispatchHandler {
  const { snapshot, logger } = deps.gateway;
  const unwatch = caller && deps.watch.add(caller.value, () => incoming.socket.destroy());
  const ended = deps.upstreams.begin();
  let stopLooking = (): void => {};
  const begun = (): void => {
    if (route.idleTimeout !== undefined) stopLooking = cutWhenIdle(incoming.socket, route.idleTimeout);
  };
  const over = (): void => {
    unwatch?.();
    stopLooking();
    ended();
  };
  const fail = (code: RefusalCode, cause: string): void => {
    logger.warn('upstream failed', { request_id: decisionId, route: route.name, code, cause });
    const refuse = { kind: 'refuse', decisionId, code, realm: host } as const;
    writeRefusal(incoming, outgoing, refuse, head.headers);
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
    scheme: route.scheme,
    host,
    upstreamHost: upstreamHost(route, host),
    requestId: decision.decisionId,
    identity: caller && route.passIdentityHeaders ? deps.assertions(caller.token, route, asked) : [],
    ...(route.headerOperations && { operations: route.headerOperations }),
    // The client library writes the lines of an upgrade itself, and refuses to be given them.
    websocket: false,
  });
}
