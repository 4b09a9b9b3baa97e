import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { canonicalTarget, matchRoute, parseHostHeader } from '@countersign/core';
import type { Logger } from './adapters/ports.ts';
import type { ForwardAuth } from './gateway/forward-auth/index.ts';
import { routingOf } from './gateway/routing.ts';
import type { GatewayTransport } from './gateway/transport/node-http.ts';
import type { HeldAnswers } from './http/held-answers.ts';
import { jsonAnswer, serviceRequest, writeAnswer, type Answer } from './http/message.ts';
import { assertionJwks, pong } from './programmatic/well-known.ts';
import { serve, type ServiceDeps } from './service.ts';
import type { KeyRing } from './keys/port.ts';

/**
 * What is mounted where. Probes come first, for any host; then the Host decides: the service host, a route host, or
 * nobody. The connection's own idea of scheme or port is never believed.
 */
export interface AppDeps {
  readonly service: ServiceDeps;
  readonly gateway: GatewayTransport;
  readonly forwardAuth: ForwardAuth;
  readonly assertionRing: KeyRing;
  readonly heldAnswers: HeldAnswers;
  readonly ready: () => Answer;
  readonly logger: Logger;
}

export interface App {
  /** `awaitsContinue`: the client sends its body only after a 100 (RFC 9110 section 10.1.1). */
  request(incoming: IncomingMessage, outgoing: ServerResponse, awaitsContinue: boolean): void;
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export function createApp(deps: AppDeps): App {
  return {
    request: (incoming, outgoing, awaitsContinue) => {
      handle(deps, incoming, outgoing, awaitsContinue).catch((fault: unknown) => {
        deps.logger.error('request failed', { error: fault instanceof Error ? fault.message : 'unknown' });
        writeAnswer(incoming, outgoing, jsonAnswer(500, { error: 'server_error', code: 'server.error' }));
      });
    },
    upgrade: (incoming, socket, head) => {
      const destination = destinationOf(deps, incoming);
      if (destination.kind === 'route') {
        deps.gateway.upgrade(incoming, socket, head, destination.host, destination.port);
      } else {
        socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      }
    },
  };
}

async function handle(
  deps: AppDeps,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  awaitsContinue: boolean,
): Promise<void> {
  if (incoming.method === 'GET' && incoming.url === '/healthz')
    return writeAnswer(incoming, outgoing, pong());
  if (incoming.method === 'GET' && incoming.url === '/readyz')
    return writeAnswer(incoming, outgoing, deps.ready());
  if (!isFramed(incoming))
    return writeAnswer(incoming, outgoing, jsonAnswer(400, { error: 'transfer coding' }));
  const destination = destinationOf(deps, incoming);
  switch (destination.kind) {
    case 'malformed':
      return writeAnswer(incoming, outgoing, jsonAnswer(400, { error: 'bad host', code: 'request.host' }));
    case 'unknown':
      return writeAnswer(incoming, outgoing, jsonAnswer(404, { error: 'unknown host' }));
    case 'service': {
      const asked = deps.forwardAuth.answer(incoming, 'service');
      if (asked) return writeAnswer(incoming, outgoing, await asked);
      if (awaitsContinue) outgoing.writeContinue();
      const request = serviceRequest(incoming, destination.path, destination.query, trustedBy(deps));
      const answer = await serve(deps.service, request);
      if (answer.status === 429) await deps.heldAnswers.hold();
      return writeAnswer(incoming, outgoing, answer);
    }
    case 'route': {
      // TRACE sends back what the upstream was sent: our assertion, to whoever asks (RFC 9110 section 9.3.8).
      if (incoming.method === 'TRACE') {
        return writeAnswer(
          incoming,
          outgoing,
          jsonAnswer(405, { error: 'method not allowed' }, { allow: FORWARDED }),
        );
      }
      const asked = deps.forwardAuth.answer(incoming, 'route');
      if (asked) return writeAnswer(incoming, outgoing, await asked);
      const own = routeHostAnswer(deps, incoming);
      if (own) return writeAnswer(incoming, outgoing, own);
      return deps.gateway.handle(incoming, outgoing, destination.host, destination.port, awaitsContinue);
    }
  }
}

/** Whether an address is a trusted proxy. */
function trustedBy({ service }: AppDeps): (address: string) => boolean {
  return service.snapshot().settings.trustedProxies;
}

/**
 * Whether a body is framed in a way that all parties read alike: by its length, or chunked and nothing else. The parser
 * drops any other coding in silence, and the upstream would get a body that still wears it (RFC 9112 section 6.1).
 */
function isFramed({ headers, httpVersion }: IncomingMessage): boolean {
  const coding = headers['transfer-encoding'];
  return coding === undefined || (coding.trim().toLowerCase() === 'chunked' && httpVersion === '1.1');
}

/** For `Allow`: what an upstream may be asked, as far as we are concerned. */
const FORWARDED = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

type Destination =
  | { readonly kind: 'malformed' | 'unknown' }
  | { readonly kind: 'service'; readonly path: string; readonly query: string }
  | { readonly kind: 'route'; readonly host: string; readonly port: number | undefined };

function destinationOf(deps: AppDeps, incoming: IncomingMessage): Destination {
  const snapshot = deps.service.snapshot();
  const authority = singleHost(incoming);
  const address = authority === undefined ? undefined : parseHostHeader(authority);
  if (!address || !normalizeTarget(incoming, authority ?? '')) return { kind: 'malformed' };
  if (address.host === snapshot.service.host) return { kind: 'service', ...splitTarget(incoming.url ?? '/') };
  if (matchRoute(routingOf(snapshot).table, address.host, address.port, '/') !== 'unknown-host')
    return { kind: 'route', host: address.host, port: address.port };
  return { kind: 'unknown' };
}

/** The one Host header; several make a request that two parties would route differently (RFC 9112 section 3.2). */
function singleHost(incoming: IncomingMessage): string | undefined {
  let found: string | undefined;
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    if (incoming.rawHeaders[at]?.toLowerCase() !== 'host') continue;
    if (found !== undefined) return undefined;
    found = incoming.rawHeaders[at + 1];
  }
  return found;
}

/** Turns an absolute-form target into origin-form when it names the same host; any other is refused. */
function normalizeTarget(incoming: IncomingMessage, authority: string): boolean {
  const target = incoming.url ?? '';
  if (target.startsWith('/')) return true;
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/i.exec(target);
  if (!absolute || absolute[1]?.toLowerCase() !== authority.toLowerCase()) return false;
  const rest = absolute[2] ?? '';
  incoming.url = rest.startsWith('/') ? rest : `/${rest}`;
  return true;
}

/**
 * Path and query of a target on the service host. A run of slashes before `api/` counts as one, there and nowhere
 * else: a client that joins a base URL with a final slash sends `//api/oauth/token`.
 */
function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const query = mark === -1 ? '' : target.slice(mark + 1);
  return { path: path.replace(/^\/+(?=api\/)/, '/'), query };
}

/** What a route host answers itself; nothing below `/.pomerium/` ever reaches an upstream. */
function routeHostAnswer(deps: AppDeps, incoming: IncomingMessage): Answer | undefined {
  // The canonical path: `/%2epomerium/` is the same place. What is ambiguous goes to the gateway, which refuses it.
  const canonical = canonicalTarget(incoming.url ?? '/');
  if (!canonical.ok) return undefined;
  const { path } = canonical.value;
  if (path === '/ping' || path === '/healthz') return readOnly(incoming, pong);
  if (path === '/.well-known/pomerium/jwks.json') {
    return readOnly(incoming, () =>
      assertionJwks(deps.assertionRing, serviceRequest(incoming, path, '', trustedBy(deps))),
    );
  }
  if (path === '/.pomerium' || path.startsWith('/.pomerium/')) return jsonAnswer(404, { error: 'not found' });
  return undefined;
}

function readOnly(incoming: IncomingMessage, answer: () => Answer): Answer {
  if (incoming.method === 'GET' || incoming.method === 'HEAD') return answer();
  return { ...jsonAnswer(405, { error: 'method not allowed' }), headers: { allow: 'GET, HEAD' } };
}
