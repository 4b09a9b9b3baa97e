import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Conversations } from './serve-connections.ts';

/**
 * Ends connections that have stood still for too long, where standing still costs: a client that does not take what
 * waits for it. It must never end one that is silent because the upstream is: event streams and WebSockets may be, and
 * how long is what `idle_timeout` of a route says.
 */

/** Milliseconds in which a client has to take something of what waits for it. */
const STALL = 60_000;

export function endSlowReaders(
  server: Server,
  connection: 'connection' | 'secureConnection',
  { isUnderWay }: Pick<Conversations, 'isUnderWay'>,
  stall = STALL,
): void {
  // Node counts from the last byte in either direction, parts of a long write among them.
  server.timeout = stall;
  server.on('timeout', (socket) => {
    if (!isUnderWay(socket)) socket.destroy();
  });
  // By itself: once it has been switched to another protocol the server hears nothing of a connection any more.
  server.on(connection, (socket: Socket) => {
    socket.on('timeout', () => {
      if (socket.writableLength > 0) socket.destroy();
    });
  });
}
