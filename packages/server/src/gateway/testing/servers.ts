import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Upstreams on loopback that come and go in the middle of a test. */
export interface TestServer {
  readonly port: number;
  /** Requests that reached it. */
  readonly seen: readonly Received[];
  /** Connections that were made to it. */
  readonly connections: () => number;
  close(): Promise<void>;
}

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly incoming: IncomingMessage;
}

export interface ServerChoice {
  /** Default: 200 with the port. */
  readonly answer?: RequestListener;
  readonly tls?: ServerOptions;
  /** A port that is known to be free, or the path of a socket. */
  readonly at?: number | string;
}

const running = new Set<TestServer>();

/** For `afterEach`. */
export async function closeServers(): Promise<void> {
  await Promise.all([...running].map((server) => server.close()));
}

export async function startServer({ answer, tls, at = 0 }: ServerChoice = {}): Promise<TestServer> {
  const seen: Received[] = [];
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString(), incoming });
      if (answer) answer(incoming, outgoing);
      else outgoing.end(String(incoming.socket.localPort));
    });
  };
  const server = tls ? createHttpsServer(tls, listener) : createHttpServer(listener);
  // It says so to clients: a connection that closes sooner has been closed by the client.
  server.keepAliveTimeout = 60_000;
  return watched(server, seen, at);
}

/** One that does with connections whatever the test wants. */
export function startRawServer(onConnection: (socket: Socket) => void): Promise<TestServer> {
  return watched(createServer(onConnection), [], 0);
}

async function watched(server: Server, seen: readonly Received[], at: number | string): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
  });
  if (typeof at === 'string') server.listen(at);
  else server.listen(at, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const started: TestServer = {
    port: typeof address === 'string' ? 0 : (address as AddressInfo).port,
    seen,
    connections: () => connections,
    close: async () => {
      if (!running.delete(started)) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  running.add(started);
  return started;
}

/** A port of loopback on which nobody listens. */
export async function deadPort(): Promise<number> {
  const server = await startServer();
  await server.close();
  return server.port;
}
