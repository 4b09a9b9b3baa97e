import { has } from '../setup/debian.ts';
import { startIssuer } from '../support/issuer.ts';
import type { Row } from './bench.ts';
import type { Started, Target } from './frame.ts';
import { nginxAuthRequest } from './gateway-forward-auth.ts';
import { owedOfGateway, TARGETS } from './gateway-owed.ts';
import {
  bareTransport,
  caddy,
  direct,
  haproxyJwt,
  haproxyMap,
  httpProxy3,
  nginx,
  ownTransport,
} from './gateway-peers.ts';
import { gatewayServer, type GatewayServer } from './gateway-server.ts';
import { spawnLoad, stop } from './processes.ts';

/**
 * A GET of 1 KiB through everything that people put in front of a service. Ours: opaque token, policy, header hygiene,
 * signed assertion. `beside`: the root of another checkout of this server, built, which is measured too.
 */
export async function gatewayTargets(beside?: string): Promise<Row> {
  const issuer = await startIssuer('RS256');
  const upstream = await startUpstream();
  const { port } = upstream;
  const ours = (name: string, options: Partial<GatewayServer> = {}): Target => ({
    name,
    start: () => gatewayServer({ issuer, upstream: port, ...options }),
  });
  const targets: readonly (Target | undefined)[] = [
    ours(TARGETS.ours),
    beside === undefined ? undefined : ours(`countersign at ${beside}`, { root: beside }),
    ours('countersign, no assertion', { assertion: false }),
    ours('countersign, a log line for each yes', { logged: true }),
    ours(TARGETS.ten, { routes: 10, policies: 10, assertion: false }),
    ours(TARGETS.many, { routes: 10_000, policies: 1_000, assertion: false }),
    { name: TARGETS.transport, start: () => ownTransport(port) },
    { name: 'node:http and undici alone', start: () => bareTransport(port) },
    { name: TARGETS.peer, start: () => httpProxy3(port) },
    installed('nginx', 'nginx, proxy_pass, no check', () => nginx(port)),
    installed('nginx', 'nginx, auth_request to countersign', () =>
      nginxAuthRequest({ issuer, upstream: port }),
    ),
    installed('haproxy', 'HAProxy, token in a map', () => haproxyMap(port)),
    installed('haproxy', 'HAProxy, jwt_verify RS256', () => haproxyJwt(port)),
    installed('caddy', 'Caddy, no check', () => caddy(port)),
    { name: 'the upstream itself', start: direct },
  ];
  return {
    title: 'gateway',
    connections: [64, 4],
    warmUp: 50_000,
    targets: targets.filter((target) => target !== undefined),
    owed: owedOfGateway,
    dispose: async () => {
      await upstream.stop();
      await issuer.close();
    },
  };
}

/** A target of Debian's; where it is not installed the row does without, and says so. */
function installed(command: string, name: string, start: () => Promise<Started>): Target | undefined {
  if (has(command)) return { name, start };
  console.warn(`${name}: left out, for ${command} is not installed`);
  return undefined;
}

/** The upstream has a process of its own, on the core of the load. */
export async function startUpstream(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const started = await direct();
  const child = spawnLoad(started);
  const { url } = await started.ready();
  return { port: Number(new URL(url).port), stop: () => stop(child) };
}
