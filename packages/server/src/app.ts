import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { canonicalTarget, matchRoute } from '@countersign/core';
import type { Logger } from './adapters/ports.ts';
import type { ForwardAuth } from './gateway/forward-auth/index.ts';
import { routingOf } from './gateway/routing.ts';
import type { GatewayTransport } from './gateway/transport/node-http.ts';
import { askedHost, isFramed, isSpoken, splitTarget } from './http/asked-host.ts';
import { headerLines } from './http/header-lines.ts';
import { readableAnswer } from './http/cors.ts';
import { jsonAnswer, serviceRequest, writeAnswer, type Answer } from './http/message.ts';
import { routeHostAnswer } from './programmatic/route-host/index.ts';
import type { RouteHostDeps } from './programmatic/route-host/model.ts';
import { pong } from './programmatic/well-known.ts';
import { routesOfHost } from './snapshot/route-index.ts';
import { answerOnService, type ServiceHostDeps } from './service-host.ts';
import type { Offer } from './service.ts';

/**
 * What is mounted where. Probes come first, for any host; then the Host decides: the service host, a route host, or
 * nobody. The connection's own idea of scheme or port is never believed.
 */
export interface AppDeps extends ServiceHostDeps {
  readonly gateway: GatewayTransport;
  readonly forwardAuth: ForwardAuth;
  readonly routeHost: RouteHostDeps;
  readonly ready: () => Answer;
  readonly logger: Logger;
}

export interface App {
  /** `awaitsContinue`: the client sends its body only after a 100 (RFC 9110 section 10.1.1). */
  request(incoming: IncomingMessage, outgoing: ServerResponse, awaitsContinue: boolean): void;
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** `offer`: what the service host has here. */
export function createApp(deps: AppDeps, offer: Offer): App {
  return {
    request: (incoming, outgoing, awaitsContinue) =>
      whole(deps, incoming, outgoing, () => handle(deps, offer, incoming, outgoing, awaitsContinue)),
    upgrade: (incoming, socket, head) => {
      const destination = destinationOf(deps, incoming);
      if (destination.kind === 'route') {
        deps.gateway.upgrade(incoming, socket, head, destination.host, destination.port);
      } else refuseUpgrade(socket);
    },
  };
}

export function refuseUpgrade(socket: Duplex): void {
  socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}

/** Answers a probe, or what parties may read differently, else hands on; whatever breaks on the way is a 500 and a line in the log. */
export function whole(
  deps: Pick<AppDeps, 'ready' | 'logger'>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  handOn: () => void | Promise<void>,
): void {
  const fail = (fault: unknown): void => {
    deps.logger.error('request failed', { error: fault instanceof Error ? fault.message : 'unknown' });
    writeAnswer(incoming, outgoing, jsonAnswer(500, { error: 'server_error', code: 'server.error' }));
  };
  try {
    const own = answerForAnyHost(deps, incoming);
    if (own) writeAnswer(incoming, outgoing, own);
    else handOn()?.catch(fail);
  } catch (fault) {
    fail(fault);
  }
}

function answerForAnyHost({ ready }: Pick<AppDeps, 'ready'>, incoming: IncomingMessage): Answer | undefined {
  if (!isSpoken(incoming)) return jsonAnswer(505, { error: 'http version' }, { connection: 'close' });
  if (incoming.method === 'GET' && incoming.url === '/healthz') return pong();
  if (incoming.method === 'GET' && incoming.url === '/readyz') return ready();
  return isFramed(incoming) ? undefined : jsonAnswer(400, { error: 'transfer coding' });
}

export const BAD_HOST = jsonAnswer(400, { error: 'bad host', code: 'request.host' });
export const UNKNOWN_HOST = jsonAnswer(404, { error: 'unknown host' });

/** A promise only where somebody has to be waited for: nothing that goes on to an upstream pays for one. */
function handle(
  deps: AppDeps,
  offer: Offer,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  awaitsContinue: boolean,
): void | Promise<void> {
  const destination = destinationOf(deps, incoming);
  switch (destination.kind) {
    case 'malformed':
      return writeAnswer(incoming, outgoing, BAD_HOST);
    case 'unknown':
      return writeAnswer(incoming, outgoing, UNKNOWN_HOST);
    case 'service': {
      const asked = deps.forwardAuth.answer(incoming, 'service');
      return asked
        ? writeLater(incoming, outgoing, asked)
        : answerOnService(deps, offer, incoming, outgoing, awaitsContinue);
    }
    case 'route': {
      // TRACE sends back what the upstream was sent: our assertion, to whoever asks (RFC 9110 section 9.3.8).
      if (incoming.method === 'TRACE') return writeAnswer(incoming, outgoing, NO_TRACE);
      const own = deps.forwardAuth.answer(incoming, 'route') ?? ownAnswer(deps, incoming, destination);
      if (own) return writeLater(incoming, outgoing, own);
      return deps.gateway.handle(incoming, outgoing, destination.host, destination.port, awaitsContinue);
    }
  }
}

async function writeLater(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: Promise<Answer>,
): Promise<void> {
  writeAnswer(incoming, outgoing, await answer);
}

/** For `Allow`: what an upstream may be asked, as far as we are concerned. */
const FORWARDED = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

const NO_TRACE = jsonAnswer(405, { error: 'method not allowed' }, { allow: FORWARDED });

interface RouteDestination {
  readonly kind: 'route';
  readonly host: string;
  readonly port: number | undefined;
}

type Destination = { readonly kind: 'malformed' | 'unknown' | 'service' } | RouteDestination;

function destinationOf(deps: AppDeps, incoming: IncomingMessage): Destination {
  const snapshot = deps.service.snapshot();
  const address = askedHost(incoming);
  if (!address) return { kind: 'malformed' };
  if (address.host === snapshot.service.host) return { kind: 'service' };
  if (matchRoute(routingOf(snapshot).table, address.host, address.port, '/') !== 'unknown-host')
    return { kind: 'route', host: address.host, port: address.port };
  return { kind: 'unknown' };
}

/** What a route host answers itself; nothing below `/.pomerium/` ever reaches an upstream. */
function ownAnswer(
  { routeHost, service }: AppDeps,
  incoming: IncomingMessage,
  { host, port }: RouteDestination,
): Promise<Answer> | undefined {
  // The canonical path: `/%2epomerium/` is the same place. What is ambiguous goes to the gateway, which refuses it.
  const canonical = canonicalTarget(incoming.url ?? '/');
  if (!canonical.ok) return undefined;
  const { path } = canonical.value;
  // Of every request to an upstream no more than this is asked.
  if (!path.startsWith('/.') && path !== '/ping' && path !== '/healthz') return undefined;
  const snapshot = service.snapshot();
  const { trustedProxies, corsOrigins } = snapshot.settings;
  const request = serviceRequest(incoming, path, splitTarget(incoming.url ?? '/').query, trustedProxies);
  const scheme = routesOfHost(snapshot, host)[0]?.scheme ?? 'https';
  const asked = { host, port, scheme, headers: headerLines(incoming.rawHeaders), request };
  const own = routeHostAnswer(routeHost, path, asked);
  if (!own) return undefined;
  const readers = own.isPublic ? 'every page' : 'no page';
  return Promise.resolve(own.answer).then((answer) => readableAnswer(answer, request, readers, corsOrigins));
}
