import type { Socket } from 'node:net';

/**
 * `idle_timeout`: ends a connection on which nothing moves any more, in neither direction. Looked at from the client's
 * side, through which everything passes, so that a silent upstream and a client that stopped reading are one case, and
 * a WebSocket is like a download.
 */

/** Looks in one limit: a connection is cut after at most a quarter of it more. */
const LOOKS = 4;

/** Cuts the connection after `limit` milliseconds of standstill. The function that comes back stops looking. */
export function cutWhenIdle(socket: Socket, limit: number): () => void {
  let moved = bytesMoved(socket);
  let still = 0;
  const timer = setInterval(() => {
    const now = bytesMoved(socket);
    still = now === moved ? still + 1 : 0;
    moved = now;
    if (still < LOOKS) return;
    clearInterval(timer);
    socket.destroy();
  }, limit / LOOKS).unref();
  return () => clearInterval(timer);
}

/** What waits to be written has not moved: a client that does not read leaves it there. */
function bytesMoved({ bytesRead, bytesWritten, writableLength }: Socket): number {
  return bytesRead + bytesWritten - writableLength;
}
