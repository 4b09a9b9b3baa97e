import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { HeaderLine } from '@countersign/core';

/**
 * A connection that stops speaking HTTP: the WebSocket after its 101. From then on bytes are relayed and nothing of
 * them is read, so nothing of them can be decided on; who may switch has been decided before.
 */

/**
 * A response on the bare socket of an `upgrade` event, so that refusals, failures and an upstream that answers
 * without switching are written by the same code as everywhere else. The connection ends with it.
 */
export function responseOn(incoming: IncomingMessage, socket: Socket): ServerResponse {
  const outgoing = new ServerResponse(incoming);
  outgoing.shouldKeepAlive = false;
  outgoing.assignSocket(socket);
  socket.on('error', () => socket.destroy());
  // The server has let go of the socket; nobody else tells the response when there is room again.
  socket.on('drain', () => outgoing.emit('drain'));
  outgoing.once('finish', () => {
    outgoing.detachSocket(socket);
    outgoing.emit('close');
    socket.destroySoon();
  });
  return outgoing;
}

/**
 * What happens after 101: the head goes to the client, then both sides are joined. `open`: every joined client
 * socket, so that they can be cut together. `first`: what the client sent right behind its request.
 */
export function switchTo(
  open: Set<Socket>,
  outgoing: ServerResponse,
  client: Socket,
  first: Buffer,
): (upstream: Duplex, lines: readonly HeaderLine[], over: () => void) => void {
  return (upstream, lines, over) => {
    outgoing.detachSocket(client);
    open.add(client);
    client.write(switchingProtocols(lines), 'latin1');
    if (first.length > 0) upstream.write(first);
    splice(client, upstream, () => {
      open.delete(client);
      over();
    });
  };
}

/** Names and values come from a parser that takes no line break inside either. */
function switchingProtocols(lines: readonly HeaderLine[]): string {
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `HTTP/1.1 101 Switching Protocols\r\n${head}\r\n`;
}

function splice(client: Duplex, upstream: Duplex, over: () => void): void {
  let ended = false;
  const endBoth = (): void => {
    if (ended) return;
    ended = true;
    over();
    finishAndDestroy(client);
    finishAndDestroy(upstream);
  };
  for (const socket of [client, upstream]) socket.on('error', endBoth).on('close', endBoth);
  client.pipe(upstream);
  upstream.pipe(client);
  // The client may have gone while the upstream was still making up its mind.
  if (client.destroyed) endBoth();
}

/** Milliseconds that a side may take to read what is left for it. */
const LINGER = 5_000;

/** What has been accepted is still delivered (a close frame, for one); then the connection goes. */
function finishAndDestroy(socket: Duplex): void {
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), LINGER).unref();
  socket.once('close', () => clearTimeout(timer));
  socket.end(() => socket.destroy());
}
