import type { ServerResponse } from 'node:http';

/**
 * Writes in front of the head of an answer, unless the head is already there, and not before it is the answer's turn on
 * the connection. Until then node:http collects what is written and puts the head in front of all of it, so that what
 * should come before an answer would stand in its middle: a split response.
 */
export function inFrontOf(outgoing: ServerResponse, write: () => void): void {
  const writeInTime = (): void => {
    if (!outgoing.headersSent && !outgoing.destroyed) write();
  };
  if (outgoing.socket) writeInTime();
  else outgoing.once('socket', writeInTime);
}
