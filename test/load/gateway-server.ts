import { accessToken } from '../support/exchange.ts';
import type { TestIssuer } from '../support/issuer.ts';
import type { Started } from './frame.ts';
import { githubClaims } from './github-claims.ts';
import type { Job } from './load.ts';
import { serveTarget } from './serve.ts';

/** Our own server as a target of the gateway's row: what it is given, and what is asked of it. */
export interface GatewayServer {
  readonly issuer: TestIssuer;
  /** Port of the upstream. */
  readonly upstream: number;
  /** Routes, each of a prefix of its own. Default: one. */
  readonly routes?: number;
  /** Policies among which the routes are divided. Default: one. */
  readonly policies?: number;
  /** Default: true. */
  readonly assertion?: boolean;
  /** A log line for each request that passes, as without configuration. Default: false. */
  readonly logged?: boolean;
  /** Port of the proxy that asks it and that clients see. Default: there is none. */
  readonly front?: number;
  /** Of whose program this is one run: the root of a checkout that has been built. Default: this one. */
  readonly root?: string;
}

/** Routes of many that are asked for. */
const ASKED = 1_000;

export function gatewayServer(server: GatewayServer): Promise<Started> {
  return serveTarget(
    (port) => configOf(server, port),
    (port) => jobOf(server, port),
    server.root,
  );
}

/** One token for all: who asks is the same, what is asked for is not. */
async function jobOf(server: GatewayServer, port: number): Promise<Job> {
  const { issuer, routes = 1, front = port } = server;
  const token = await accessToken({ port }, { subjectToken: await issuer.mint(githubClaims(1)) });
  const headers = { host: hostOn(front), authorization: `Bearer ${token}` };
  const asked = Math.min(routes, ASKED);
  return {
    url: `http://127.0.0.1:${front}`,
    requests: Array.from({ length: asked }, (_, index) => ({
      method: 'GET',
      path: `${prefixOf(Math.floor((index * routes) / asked))}/list`,
      headers,
    })),
  };
}

const hostOn = (port: number): string => `orders.localhost:${port}`;
const prefixOf = (route: number): string => `/${route}`;

function configOf(server: GatewayServer, port: number): string {
  const { issuer, logged = false, front = port } = server;
  return `listen: 127.0.0.1:${port}
url: http://localhost:${front}
storage: sqlite:countersign.db
allow_private_issuers: true
trusted_proxies: [${front === port ? '' : '127.0.0.1'}]
log: { level: ${logged ? 'info' : 'warn'} }
organizations:
  - name: acme
    issuers:
      - name: github
        url: ${issuer.url}
        policies:
          - { decision: allow, token_type: organization, rules: { sub: 'repo:acme/*' } }
routes:
${routesOf(server, front)}`;
}

/** A policy is written where it is used first. Every one lets the token in, and is another one all the same. */
function routesOf(
  { upstream, routes = 1, policies = 1, assertion = true }: GatewayServer,
  front: number,
): string {
  const from = `from: http://${hostOn(front)}, to: http://127.0.0.1:${upstream}`;
  const assert = assertion ? ', pass_identity_headers: true' : '';
  return Array.from({ length: routes }, (_, index) => {
    const rules = `{allow: {or: [claim/repository: acme/shop, claim/repository: acme/shop-${index}]}}`;
    const policy = index < policies ? `&p${index} ${rules}` : `*p${index % policies}`;
    return `- {name: r${index}, ${from}, prefix: ${prefixOf(index)}, policy: ${policy}${assert}}\n`;
  }).join('');
}
