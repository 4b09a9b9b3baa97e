import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Conversations } from './serve-connections.ts';

/**
 * Ends connections whose request body trickles in while somebody waits for all of it: an upstream connection, or memory.
 * Looked at from outside, all at once, so that a request costs nothing. It must never count the time in which the body
 * was not wanted (an upstream that reads slowly pauses it), nor a stream both ways: once the answer has begun, only
 * `idle_timeout` speaks.
 */
/** Milliseconds between two looks. */
export const LOOK = 5_000;

/** Looks after which a body has to have moved: half a minute. */
export const LOOKS = 6;

/** Bytes that have to come in that time: 240 a second. */
export const LEAST = 7_200;

interface Window {
  /** Of which request: the next one on a connection begins anew. */
  readonly answer: ServerResponse;
  readonly from: number;
  readonly looks: number;
}

/** Looks at these from now on, until the function that comes back is called. */
export function watchSlowBodies(
  sockets: ReadonlySet<Socket>,
  conversations: Pick<Conversations, 'answerOn' | 'refuse'>,
): () => void {
  const windows = new WeakMap<Socket, Window>();
  const look = (): void => {
    for (const socket of sockets) {
      const next = windowOf(socket, conversations.answerOn(socket), windows.get(socket));
      if (next === 'too slow') conversations.refuse(socket, '408 Request Timeout');
      else if (next) windows.set(socket, next);
      else windows.delete(socket);
    }
  };
  const timer = setInterval(look, LOOK).unref();
  return () => clearInterval(timer);
}

function windowOf(
  { bytesRead }: Socket,
  answer: ServerResponse | undefined,
  window: Window | undefined,
): Window | 'too slow' | undefined {
  if (answer === undefined || !isAwaited(answer)) return undefined;
  const begins = { answer, from: bytesRead, looks: 1 };
  if (window?.answer !== answer) return begins;
  if (window.looks < LOOKS) return { ...window, looks: window.looks + 1 };
  return bytesRead - window.from < LEAST ? 'too slow' : begins;
}

/** Whether the rest of a body is wanted now, by somebody who has not answered yet. */
function isAwaited({ req, headersSent }: ServerResponse): boolean {
  return !req.complete && !headersSent && req.readableFlowing === true;
}
