import { hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { countersign } from '../support/command.ts';
import { startFrontProxy, type ProxyProgram } from '../support/front-proxy.ts';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { freePort, startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';

/** The product behind a proxy that people run: the proxy as `render` configures it, and everything else real too. */
export interface Front {
  /** Port of the proxy. */
  readonly port: number;
  readonly server: ServerProcess;
  readonly issuer: TestIssuer;
  /** Upstream of `orders` and `open`. */
  readonly upstream: TestUpstream;
  /** Upstream of `orders-admin`, into which nobody may. */
  readonly forbidden: TestUpstream;
  /** What `render` said beside what it printed. */
  readonly warnings: string;
  dispose(): Promise<void>;
}

export async function startFront(kinds: readonly string[], program: ProxyProgram): Promise<Front> {
  const [issuer, upstream, forbidden, live, port] = await Promise.all([
    startIssuer('ES256'),
    startUpstream(),
    startUpstream(),
    startSwitching(),
    freePort(),
  ]);
  const server = await startServerProcess(configuration(issuer, upstream, forbidden, live.port, port));
  const config = join(server.folder, 'countersign.yaml');
  const files = await Promise.all(
    kinds.map((kind) =>
      countersign(['render', kind, '--config', config, '--listen', '127.0.0.1'], { cwd: server.folder }),
    ),
  );
  const disposeRest = async (): Promise<void> => {
    await server.dispose();
    await Promise.all([issuer, upstream, forbidden, live].map((part) => part.close()));
  };
  const proxy = await startFrontProxy(
    program,
    files.map(({ out }) => out),
    port,
  ).catch(async (fault: unknown) => {
    await disposeRest();
    throw fault;
  });
  return {
    port,
    server,
    issuer,
    upstream,
    forbidden,
    warnings: files.map(({ errors }) => errors).join(''),
    dispose: async () => {
      await proxy.stop();
      await disposeRest();
    },
  };
}

function configuration(
  issuer: TestIssuer,
  upstream: TestUpstream,
  forbidden: TestUpstream,
  live: number,
  port: number,
): string {
  const host = (name: string): string => `http://${name}.localhost:${port}`;
  const protectedBy = { policy: { allow: { or: [{ team: 'acme/platform' }] } }, pass_identity_headers: true };
  const sub = (value: string) => ({ match: { sub: { equals: value } }, max_expiration: '1h' });
  return JSON.stringify({
    listen: '127.0.0.1:${PORT}',
    url: `http://localhost:${port}`,
    storage: 'sqlite:countersign.db',
    allow_private_issuers: true,
    // The proxy, and none of the other addresses of loopback from which clients come here.
    trusted_proxies: ['127.0.0.1'],
    limits: { failures_per_second_per_address: 100_000 },
    organizations: [
      {
        name: 'acme',
        teams: [{ name: 'platform', display_name: 'Platform', members: [] }],
        issuers: [
          {
            name: 'ci',
            url: issuer.url,
            policies: [
              { decision: 'allow', token_type: 'team', team: 'platform', ...sub('deploy') },
              { decision: 'allow', token_type: 'organization', ...sub('build') },
            ],
          },
        ],
      },
    ],
    routes: [
      {
        name: 'orders',
        from: host('orders'),
        to: upstream.url,
        ...protectedBy,
        jwt_claims_headers: { 'x-repository': 'repository' },
      },
      {
        name: 'orders-admin',
        from: host('orders'),
        prefix: '/admin',
        to: forbidden.url,
        policy: { allow: { or: [{ email: { is: 'nobody@acme.example' } }] } },
      },
      {
        name: 'Live.1',
        from: host('live'),
        to: `http://127.0.0.1:${live}`,
        ...protectedBy,
        allow_websockets: true,
      },
      { name: 'open', from: host('open'), to: upstream.url, allow_public_unauthenticated_access: true },
    ],
  });
}

/** RFC 6455 section 4.2.2: some proxies look at it. */
function acceptOf(key: string): string {
  return hash('sha1', `${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`, 'base64');
}

interface Switching {
  readonly port: number;
  close(): Promise<void>;
}

/** An upstream that switches protocols and sends back what it gets. */
async function startSwitching(): Promise<Switching> {
  const server = createServer((_request, response) => response.end('no upgrade'));
  const open = new Set<{ destroy(): void }>();
  server.on('upgrade', (request, socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    const identified = request.headers['x-pomerium-jwt-assertion'] !== undefined;
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${acceptOf(request.headers['sec-websocket-key'] ?? '')}\r\n\r\n`,
    );
    socket.write(`identified: ${identified}\n`);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
