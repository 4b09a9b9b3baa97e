import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HeaderLine } from '@countersign/core';
import type { AnswerItself, Refuse } from '../model.ts';
import { refusalAnswer } from '../refusal.ts';
import { flatList, hasBody } from './request-head.ts';

/** Answers of the gateway itself on the wire, and what becomes of a body that nobody wants any more. */

/** Writes a refusal unless an answer is already on its way. */
export function writeRefusal(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  refuse: Refuse,
  lines: readonly HeaderLine[],
): void {
  if (outgoing.headersSent || outgoing.destroyed) return;
  const { status, headers, cookies, body } = refusalAnswer(refuse, lines);
  outgoing.writeHead(status, {
    ...headers,
    ...(cookies && { 'set-cookie': [...cookies] }),
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    'x-request-id': refuse.decisionId,
  });
  outgoing.end(incoming.method === 'HEAD' ? undefined : body);
  discardRest(incoming);
}

/** Writes what a route answers itself. */
export function writeOwnAnswer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { decisionId, answer: { status, headers, body } }: AnswerItself,
): void {
  // RFC 9110 section 8.6: no length where there is no content by definition.
  const length = [204, 304].includes(status)
    ? []
    : [['Content-Length', `${Buffer.byteLength(body)}`] as const];
  outgoing.writeHead(status, flatList([...headers, ...length, ['X-Request-Id', decisionId]]));
  outgoing.end(incoming.method === 'HEAD' ? undefined : body);
  discardRest(incoming);
}

/** Milliseconds that a client may go on sending a body which has been answered. */
const LINGER = 5_000;

/** Bytes of it that are read meanwhile: what a client has sent before it looks whether it was answered. */
const MAX_DISCARDED = 1_048_576;

/**
 * Reads and drops what is left of a body that was answered early. Closing at once would reset the connection, and a
 * client that is still writing would lose the answer; reading for ever, or as fast as it comes, would be a gift to
 * whoever never stops.
 */
export function discardRest(incoming: IncomingMessage): void {
  if (incoming.complete || !hasBody(incoming)) return;
  const timer = setTimeout(() => incoming.socket.destroy(), LINGER).unref();
  incoming.once('close', () => clearTimeout(timer));
  let read = 0;
  incoming.on('data', (chunk: Buffer) => {
    read += chunk.length;
    if (read >= MAX_DISCARDED) incoming.pause();
  });
  incoming.resume();
}
