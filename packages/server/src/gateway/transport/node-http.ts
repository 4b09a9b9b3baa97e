import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RequestHead } from '@countersign/core';
import { createAssertions } from '../assertion.ts';
import { decide } from '../decide.ts';
import type { GatewayDecision, GatewayDeps } from '../model.ts';
import { createObserve } from '../observation.ts';
import { createWatch } from '../watch.ts';
import { writeOwnAnswer, writeRefusal } from './answer.ts';
import { forward, type Exchange, type ForwardDeps } from './forward.ts';
import { isWebSocketUpgrade, requestHead } from './request-head.ts';
import { responseOn, switchTo } from './switch-protocol.ts';
import { createUpstreams } from './upstreams.ts';

/**
 * The gateway on node:http in front and undici behind: HTTP/1.1 and WebSocket, streaming both ways. Trailers of requests
 * are not passed on: a field that comes after the decision has not been decided on.
 */
export interface GatewayTransport {
  /**
   * Serves a request. `awaitsContinue`: it came by the server's `checkContinue` event, so that nobody has told the
   * client to send its body yet; the gateway does, once the decision is yes. After a refusal node:http closes the
   * connection, because what follows could be the body or the next request (RFC 9110 section 10.1.1).
   */
  handle(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    host: string,
    port: number | undefined,
    awaitsContinue?: boolean,
  ): void;
  /** Serves an `upgrade` event; the server's `shouldUpgradeCallback` has to be {@link isWebSocketUpgrade}. */
  upgrade(
    incoming: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    host: string,
    port: number | undefined,
  ): void;
  /** Loads what the first forwarded request would otherwise wait for. */
  warm(): Promise<void>;
  /** Ends WebSockets at once and resolves when the last request has been answered or cut by whoever listens. */
  close(): Promise<void>;
}

export { isWebSocketUpgrade } from './request-head.ts';

export function createNodeHttpTransport(gateway: GatewayDeps): GatewayTransport {
  const { assertionRing: ring, clock, random, watchInterval } = gateway;
  const deps: ForwardDeps = {
    gateway,
    assertions: createAssertions({ ring, clock, random }),
    upstreams: createUpstreams(gateway),
    watch: createWatch(watchInterval === undefined ? {} : { interval: watchInterval }),
    observe: createObserve(gateway),
  };
  const switchedSockets = new Set<Socket>();
  const headOf = (incoming: IncomingMessage): RequestHead => {
    const head = requestHead(incoming, gateway.snapshot().settings.trustedProxies);
    // What a trusted proxy has shown is about the proxy, and not about those for whom it speaks.
    if (!gateway.certificateOf || head.forwarded) return head;
    const certificate = gateway.certificateOf(incoming.socket, clock.now());
    return certificate ? { ...head, certificate } : head;
  };
  return {
    handle(incoming, outgoing, host, port, awaitsContinue = false) {
      serve(deps, { incoming, outgoing, head: headOf(incoming), awaitsContinue }, host, port);
    },
    upgrade(incoming, duplex, first, host, port) {
      // node:http hands over the very socket of the connection; its type leaves room for others.
      const socket = duplex as Socket;
      if (!isWebSocketUpgrade(incoming)) {
        socket.destroy();
        return;
      }
      const outgoing = responseOn(incoming, socket);
      const switched = switchTo(switchedSockets, outgoing, socket, first);
      const exchange = { incoming, outgoing, head: headOf(incoming), awaitsContinue: false, switched };
      serve(deps, exchange, host, port);
    },
    warm: async () => {
      await deps.upstreams.warm();
    },
    close: async () => {
      for (const socket of switchedSockets) socket.destroy();
      await deps.upstreams.close();
      deps.watch.close();
    },
  };
}

/** Decides and acts; whatever breaks on the way is a 500 with an id, and a line in the log. */
function serve(deps: ForwardDeps, came: Exchange, host: string, port: number | undefined): void {
  let exchange = came;
  const fail = (fault: unknown): void => answerFault(deps, exchange, host, fault);
  try {
    const websocket = came.switched !== undefined;
    const observation = deps.observe?.(came.head, websocket ? 'websocket' : 'http');
    if (observation) exchange = { ...came, head: observation.head, observation };
    const decided = decide(deps.gateway, { head: exchange.head, host, port, websocket });
    const done =
      decided instanceof Promise
        ? decided.then((decision) => proceed(deps, exchange, decision))
        : proceed(deps, exchange, decided);
    if (done) done.catch(fail);
  } catch (fault) {
    fail(fault);
  }
}

function proceed(deps: ForwardDeps, exchange: Exchange, decision: GatewayDecision): void | Promise<void> {
  const { incoming, outgoing, head, observation } = exchange;
  observation?.decided(decision);
  // A client that left while it was being decided about has nobody to forward for.
  if (outgoing.destroyed || incoming.socket.destroyed) return observation?.over(undefined);
  if (decision.kind === 'forward') return forward(deps, exchange, decision);
  if (decision.kind === 'answer') writeOwnAnswer(incoming, outgoing, decision);
  else writeRefusal(incoming, outgoing, decision, head.headers);
  return observation?.over(outgoing.statusCode);
}

function answerFault({ gateway }: ForwardDeps, exchange: Exchange, host: string, fault: unknown): void {
  const decisionId = gateway.decisions.newId();
  const error = fault instanceof Error ? fault.message : 'unknown';
  gateway.logger.error('gateway failed', { request_id: decisionId, error });
  const { incoming, outgoing, head, observation } = exchange;
  const traceId = head.trace?.traceId;
  const refuse = { kind: 'refuse', decisionId, code: 'server.error', realm: host } as const;
  writeRefusal(incoming, outgoing, { ...refuse, ...(traceId !== undefined && { traceId }) }, head.headers);
  observation?.broke();
  observation?.over(outgoing.statusCode);
}
