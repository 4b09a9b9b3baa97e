import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { App } from '../app.ts';
import { serveConnections } from './serve-connections.ts';
import { endSlowReaders } from './slow-readers.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** More than all buffers between two sockets of one machine hold. */
const FLOOD = Buffer.alloc(64 * 1_048_576);

/** `/flood` is answered with more than a client takes that does not read, `/quiet` with a head and then nothing. */
async function start(): Promise<(request: string) => Promise<Socket>> {
  const app: App = {
    request: (incoming, outgoing) => {
      if (incoming.url === '/flood') outgoing.end(FLOOD);
      else if (incoming.url === '/quiet') outgoing.write('event');
      else outgoing.end();
    },
    upgrade: (incoming, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      if (incoming.url === '/flood') socket.write(FLOOD);
    },
  };
  const server = createServer();
  servers.push(server);
  endSlowReaders(
    server,
    'connection',
    serveConnections(server, app, { isOutdated: () => false, malformed: () => undefined }),
    100,
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return async (request) => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    const [connection] = (await Promise.all([once(server, 'connection'), once(socket, 'connect')]))[0] as [
      Socket,
    ];
    const answered = once(socket, 'readable');
    socket.write(request);
    await answered;
    return connection;
  };
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const upgrade = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;

describe('a client that takes nothing of what waits for it', () => {
  it.each([
    ['a request', get],
    ['a connection that has been switched', upgrade],
  ])('is let go: %s', async (_name, line) => {
    const ask = await start();
    const stalled = await ask(line('/flood'));
    await once(stalled, 'close');
    expect(stalled.destroyed).toBe(true);
  });

  it('does not take with it whom the upstream keeps waiting', async () => {
    const ask = await start();
    const [stream, websocket] = [await ask(get('/quiet')), await ask(upgrade('/quiet'))];
    // Twice over: both have been silent for longer than whoever was let go.
    for (let round = 0; round < 2; round += 1) await once(await ask(get('/flood')), 'close');
    expect([stream.destroyed, websocket.destroyed]).toEqual([false, false]);
  });
});
