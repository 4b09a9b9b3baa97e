import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A forward proxy on loopback: CONNECT and absolute form, and it writes down what it was asked for. */
export interface TestProxy {
  readonly port: number;
  /** Method and target of each request, and its headers, in order. */
  readonly asked: readonly ProxyRequest[];
  close(): Promise<void>;
}

export interface ProxyRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
}

export interface TestProxyOptions {
  /** Where the proxy connects to, whatever it is asked for: the names of a test resolve nowhere. */
  readonly port: number;
  /** Answered to CONNECT instead of a tunnel. */
  readonly refuse?: string;
  /** Sent right behind the answer to CONNECT. */
  readonly tail?: string;
}

export async function startForwardProxy({ port, refuse, tail = '' }: TestProxyOptions): Promise<TestProxy> {
  const asked: ProxyRequest[] = [];
  const sockets = new Set<Socket>();
  const note = ({ method = '', url: target = '', headers }: IncomingMessage) =>
    asked.push({ method, target, headers });
  const server = createServer((request, response) => {
    note(request);
    const { pathname } = new URL(request.url ?? '');
    httpRequest({ port, host: '127.0.0.1', path: pathname, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }).end();
  });
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('connect', (request, client: Socket) => {
    note(request);
    client.on('error', () => undefined);
    if (refuse !== undefined) {
      client.end(`HTTP/1.1 ${refuse}\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect({ port, host: '127.0.0.1' }, () => {
      client.write(`HTTP/1.1 200 Connection established\r\n\r\n${tail}`);
      upstream.pipe(client).pipe(upstream);
    });
    sockets.add(upstream);
    upstream.on('error', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
