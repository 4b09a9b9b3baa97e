import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { WebSocketServer } from 'ws';

/** A service behind the gateway that does what services do: streams, events, uploads, compression, WebSockets. */
export interface Service {
  readonly url: string;
  /** Bytes of the last upload so far, and what became of it. */
  readonly upload: { bytes: number; state: 'none' | 'under way' | 'whole' | 'cut' };
  /** Whoever listens to events, downloads or has a WebSocket open. */
  readonly open: Set<'events' | 'download' | 'websocket'>;
  /** To all who listen to events. */
  say(text: string): void;
  close(): Promise<void>;
}

const CHUNK = Buffer.alloc(16 * 1024, 'x');

export async function startService(): Promise<Service> {
  const listeners = new Set<ServerResponse>();
  const upload: Service['upload'] = { bytes: 0, state: 'none' };
  const open: Service['open'] = new Set();
  const holds = (what: 'events' | 'download', outgoing: ServerResponse): void => {
    open.add(what);
    outgoing.on('close', () => open.delete(what));
  };
  const answers: Readonly<Record<string, (incoming: IncomingMessage, outgoing: ServerResponse) => void>> = {
    '/events': (_incoming, outgoing) => {
      holds('events', outgoing);
      listeners.add(outgoing);
      outgoing.on('close', () => listeners.delete(outgoing));
      outgoing
        .writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
        .flushHeaders();
    },
    '/download': (_incoming, outgoing) => {
      holds('download', outgoing);
      const timer = setInterval(() => outgoing.write(CHUNK), 20);
      outgoing.on('close', () => clearInterval(timer));
    },
    '/upload': (incoming, outgoing) => {
      Object.assign(upload, { bytes: 0, state: 'under way' });
      incoming.on('data', (chunk: Buffer) => (upload.bytes += chunk.length)).on('error', () => {});
      incoming.on('close', () => (upload.state = incoming.complete ? 'whole' : 'cut'));
      incoming.on('end', () => outgoing.end(String(upload.bytes)));
    },
    '/compressed': (_incoming, outgoing) => {
      const body = gzipSync('what was compressed');
      outgoing.writeHead(200, { 'content-encoding': 'gzip', 'content-length': body.length }).end(body);
    },
    '/unchanged': (_incoming, outgoing) => outgoing.writeHead(304, { etag: '"1"' }).end(),
  };
  const server = createServer((incoming, outgoing) => {
    const answer = answers[incoming.url ?? ''];
    if (answer) return answer(incoming, outgoing);
    const text = `${incoming.method} ${incoming.url}`;
    outgoing.writeHead(200, { 'content-length': text.length }).end(text);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    open.add('websocket');
    socket.on('close', () => open.delete('websocket')).on('error', () => {});
    socket.on('message', (data, binary) => socket.send(data, { binary }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    upload,
    open,
    say: (text) => listeners.forEach((listener) => listener.write(`data: ${text}\n\n`)),
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
