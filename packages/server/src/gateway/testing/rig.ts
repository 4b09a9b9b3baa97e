import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Route } from '@countersign/core';
import type { GatewayDeps } from '../model.ts';
import {
  createNodeHttpTransport,
  isWebSocketUpgrade,
  type GatewayTransport,
} from '../transport/node-http.ts';
import { ANYBODY, fixture, route, upstreamAt, type Fixture } from './fixture.ts';

/** A gateway on a real socket in front of a real upstream, and clients that write bytes. Loopback only. */

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
}

export interface Rig extends Fixture {
  readonly port: number;
  readonly transport: GatewayTransport;
  readonly gateway: Server;
  readonly upstream: Server;
  /** What reached the upstream. */
  readonly seen: Seen[];
  /** Sends bytes on a connection of its own and gives everything that came until it was closed. */
  readonly send: (bytes: string) => Promise<string>;
  /** An open connection to the gateway. */
  readonly dial: () => Promise<Socket>;
  readonly close: () => Promise<void>;
}

export interface RigOptions {
  readonly route?: Partial<Route>;
  readonly access?: Parameters<typeof route>[1];
  readonly upstream?: RequestListener;
  /** Laid over those of the fixture. */
  readonly deps?: Partial<GatewayDeps>;
}

export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const seen: Seen[] = [];
  const upstream = createServer((incoming, outgoing) => {
    seen.push(seenOf(incoming));
    (options.upstream ?? ((_request, response) => response.end('from upstream')))(incoming, outgoing);
  });
  const upstreamPort = await listen(upstream);
  const fx = fixture([
    route({ upstream: upstreamAt(upstreamPort), ...options.route }, options.access ?? ANYBODY),
  ]);
  const transport = createNodeHttpTransport({ ...fx.deps, ...options.deps });
  const gateway = gatewayServer(transport);
  const port = await listen(gateway);
  const sockets = new Set<Socket>();
  const dial = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    sockets.add(socket);
    await once(socket, 'connect');
    return socket;
  };
  return {
    ...fx,
    port,
    transport,
    gateway,
    upstream,
    seen,
    dial,
    send: async (bytes) => {
      const socket = await dial();
      socket.write(bytes, 'latin1');
      return readAll(socket);
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      gateway.closeAllConnections();
      upstream.closeAllConnections();
      await Promise.all([transport.close(), closed(gateway), closed(upstream)]);
    },
  };
}

/** Every request is for `app.example`: what a Host means is decided by whoever mounts the gateway. */
function gatewayServer(transport: GatewayTransport): Server {
  const server = createServer({ shouldUpgradeCallback: isWebSocketUpgrade });
  server.on('request', (incoming, outgoing) =>
    transport.handle(incoming, outgoing, 'app.example', undefined),
  );
  server.on('checkContinue', (incoming, outgoing) =>
    transport.handle(incoming, outgoing, 'app.example', undefined, true),
  );
  server.on('upgrade', (incoming, socket, head) =>
    transport.upgrade(incoming, socket, head, 'app.example', undefined),
  );
  return server;
}

function seenOf(incoming: IncomingMessage): Seen {
  const { method = '', url = '', rawHeaders, headers } = incoming;
  return { method, url, rawHeaders, headers };
}

export async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  await once(socket, 'close');
  return text;
}

/** Waits until the socket has received text that matches. */
export async function readUntil(socket: Socket, pattern: RegExp): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      if (!pattern.test(text)) return;
      socket.off('data', onData);
      resolve(text);
    };
    socket.on('data', onData).on('close', () => reject(new Error(`closed after: ${text}`)));
  });
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** The head of a request that ends its connection, as bytes. */
export function bytesOf(line: string, lines: readonly string[] = []): string {
  return [`${line} HTTP/1.1`, 'Host: app.example', ...lines, 'Connection: close', '', ''].join('\r\n');
}
