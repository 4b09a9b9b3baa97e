import type { IncomingMessage } from 'node:http';
import { parseHostHeader, routeTarget, type HostAndPort, type Route } from '@countersign/core';
import { clientOf } from '../../http/client-address.ts';
import type { Answer } from '../../http/message.ts';
import { createAssertions, type Assertions } from '../assertion.ts';
import { decide } from '../decide.ts';
import type { GatewayDecision, GatewayDeps, GatewayRequest } from '../model.ts';
import { refuseUnproven } from '../record.ts';
import { routingOf } from '../routing.ts';
import { requestHead } from '../transport/request-head.ts';
import { misconfigured, no, yes } from './answer.ts';
import { saysWhoAsks } from './claims-identity.ts';
import { envoy } from './envoy.ts';
import { forward } from './forward.ts';
import { theOne, type Described, type Dialect, type Question } from './model.ts';
import { nginx } from './nginx.ts';
import { leadsToSignIn, withoutSignIn } from './redirect.ts';

/** The proxies that may ask. A new one is one file, one line here and one test. */
const DIALECTS: readonly Dialect[] = [nginx, forward, envoy];

export interface ForwardAuth {
  /** Answers the question of a proxy; `undefined` when the request is none. `on`: whose host it was sent to. */
  answer(incoming: IncomingMessage, on: 'service' | 'route'): Promise<Answer> | undefined;
}

export function createForwardAuth(gateway: GatewayDeps): ForwardAuth {
  const { assertionRing: ring, clock, random } = gateway;
  const assertions = createAssertions({ ring, clock, random });
  const deps = { leading: gateway, gateway: withoutSignIn(gateway), assertions };
  return {
    answer(incoming, on) {
      const [path = '', query = ''] = (incoming.url ?? '/').split('?', 2);
      const dialect = DIALECTS.find(
        (each) => each.takes(path) && (on === 'service' || each.host === 'asked'),
      );
      // On the host of a route the path may be the upstream's as well: only what the proxy itself asks is a question,
      // or a client behind another trusted proxy would be told what is meant for upstreams.
      if (!dialect || (on === 'route' && !peerOf(gateway, incoming).asksForItself)) return undefined;
      return answerQuestion(deps, incoming, dialect, query);
    },
  };
}

interface Deps {
  /** Refuses, and leads nobody anywhere. */
  readonly gateway: GatewayDeps;
  /** Leads to sign-in, where that helps. */
  readonly leading: GatewayDeps;
  readonly assertions: Assertions;
}

async function answerQuestion(
  { gateway, leading, assertions }: Deps,
  incoming: IncomingMessage,
  dialect: Dialect,
  query: string,
): Promise<Answer> {
  if (peerOf(gateway, incoming).forwarded === undefined)
    return misconfigured('this address is not among trusted_proxies');
  const leads = leadsToSignIn(dialect, query);
  if (!leads.ok) return misconfigured(leads.error);
  const asked = gatewayRequest(gateway, incoming, dialect);
  if (typeof asked === 'string') return misconfigured(asked);
  const decision = await decideAsItCame(leads.value ? leading : gateway, asked);
  const { headers } = asked.head;
  if (decision.kind === 'refuse') return no(decision, headers, dialect);
  if (decision.kind !== 'forward' || needsGateway(decision.route))
    return misconfigured('this route changes requests or answers them itself, which only the gateway does');
  const snapshot = gateway.snapshot();
  const { claimHeaders } = routingOf(snapshot);
  const { sessionCookie } = snapshot.settings;
  return yes(decision, headers, { claimHeaders, sessionCookie }, assertions);
}

/** Whether a request is more than let through: a proxy would leave out what the configuration promises. */
function needsGateway({ rewriting, headerOperations, answers }: Route): boolean {
  return [rewriting, headerOperations, answers].some((each) => each !== undefined);
}

function peerOf({ snapshot }: GatewayDeps, incoming: IncomingMessage): ReturnType<typeof clientOf> {
  const { trustedProxies } = snapshot().settings;
  return clientOf(incoming.socket.remoteAddress ?? '', incoming.rawHeaders, trustedProxies);
}

/** The request that the proxy is asked, in the words of the gateway; a sentence when it cannot be read. */
function gatewayRequest(
  { snapshot }: GatewayDeps,
  incoming: IncomingMessage,
  dialect: Dialect,
): GatewayRequest | string {
  const current = snapshot();
  const head = requestHead(incoming, current.settings.trustedProxies);
  const question: Question = { ...head, authority: theOne(head.headers, 'host') ?? '' };
  const described = dialect.read(question);
  if (!described.ok) return described.error;
  const address = parseHostHeader(described.value.authority);
  if (!address) return 'expected a host in what describes the request';
  // TRACE sends back what the upstream was sent: our assertion, to whoever asks (RFC 9110 section 9.3.8).
  if (!/^[A-Z]{1,32}$/.test(described.value.method) || described.value.method === 'TRACE')
    return 'requests of this method are not forwarded';
  const { claimHeaders } = routingOf(current);
  if (saysWhoAsks(head.headers, claimHeaders, dialect))
    return 'the request says who is asking, which only this server may';
  return requestOf(head, described.value, address);
}

function requestOf(head: GatewayRequest['head'], described: Described, address: HostAndPort): GatewayRequest {
  const { method, target, client } = described;
  return {
    head: { ...head, method, target, ...(client !== undefined && { remoteAddress: client }) },
    host: address.host,
    port: address.port,
    // Proxies drop `Upgrade` before they ask; no server takes a handshake without these (RFC 6455 section 4.2.1).
    websocket: head.headers.some(([name]) => /^sec-websocket-(?:key|version)$/i.test(name)),
  };
}

/**
 * THE decision, on a request that goes on as it came: the proxy forwards what its client wrote, not what we make of it.
 * A target that the gateway would have changed is therefore refused here (threat 8); but for the case of hexadecimal
 * digits, in which no two readers differ (RFC 3986 section 6.2.2.1).
 */
function decideAsItCame(
  gateway: GatewayDeps,
  request: GatewayRequest,
): GatewayDecision | Promise<GatewayDecision> {
  const { target } = request.head;
  const { table } = routingOf(gateway.snapshot());
  const routed = routeTarget(table, request.host, request.port, target);
  if (routed.ok && ![target, withUpperCaseEscapes(target)].includes(routed.value.target)) {
    const asked = { id: gateway.decisions.newId(), time: gateway.clock.now(), request };
    return refuseUnproven(gateway, { ...asked, route: routed.value.route }, 'path.ambiguous');
  }
  return decide(gateway, request);
}

/** In path and query alike: what canonical form leaves alone in a query differs in nothing else. */
function withUpperCaseEscapes(target: string): string {
  const [path = '', ...query] = target.split('?');
  return [path.replace(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase()), ...query].join('?');
}
