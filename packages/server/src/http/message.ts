import type { IncomingMessage, ServerResponse } from 'node:http';
import { traceContext, type Result } from '@countersign/core';
import type { Origin } from '../audit/origin.ts';
import { readBody, type BodyFailure } from './body.ts';
import { clientOf } from './client-address.ts';
import { headerLines } from './header-lines.ts';

/**
 * Requests to the service host and answers of it, as the endpoints see them: a method, a path, headers that came at
 * most once, a bounded body; then one answer. Endpoints never touch a socket, so each is a function that a test calls.
 */

export interface ServiceRequest extends Origin {
  readonly method: string;
  /** Origin-form path, without the query. */
  readonly path: string;
  readonly query: string;
  /** The value of a header; `undefined` when absent, `repeated` when it came more than once. */
  header(name: string): string | undefined | typeof REPEATED;
  /** The whole body, at most `limit` bytes. */
  body(limit: number): Promise<Result<Buffer, BodyFailure>>;
}

/** A header that came twice has no value: choosing one of the two is how smuggling begins. */
export const REPEATED = Symbol('repeated header');

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Lines of `Set-Cookie`. */
  readonly cookies?: readonly string[];
  /** Called once if the answer could not be written whole: what it carried has reached nobody. */
  readonly undelivered?: () => void;
}

/** A JSON answer. Nothing that this server says may be cached unless it says so itself. */
export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(value),
  };
}

/**
 * Describes an incoming request; `path` and `query` have been split by whoever looked at the host. `trusted`: whether
 * an address is a trusted proxy.
 */
export function serviceRequest(
  incoming: IncomingMessage,
  path: string,
  query: string,
  trusted: (address: string) => boolean,
): ServiceRequest {
  const trace = traceContext(headerLines(incoming.rawHeaders));
  return {
    method: incoming.method ?? 'GET',
    path,
    query,
    ...(trace && { trace }),
    remoteAddress: clientOf(incoming.socket.remoteAddress ?? '', incoming.rawHeaders, trusted).address,
    header: (name) => singleHeader(incoming, name),
    body: (limit) => readBody(incoming, limit),
  };
}

function singleHeader(incoming: IncomingMessage, name: string): string | undefined | typeof REPEATED {
  const raw = incoming.rawHeaders;
  let found: string | undefined;
  for (let at = 0; at < raw.length; at += 2) {
    if (raw[at]?.toLowerCase() !== name) continue;
    if (found !== undefined) return REPEATED;
    found = raw[at + 1];
  }
  return found;
}

/** Writes an answer. A body that was not read to its end closes the connection: what follows is not a request. */
export function writeAnswer(incoming: IncomingMessage, outgoing: ServerResponse, answer: Answer): void {
  if (outgoing.headersSent || outgoing.destroyed) return answer.undelivered?.();
  if (answer.undelivered) reportUndelivered(incoming, outgoing, answer.undelivered);
  const length = Buffer.byteLength(answer.body);
  const headers: Record<string, string | number | string[]> = {
    ...answer.headers,
    ...(answer.cookies && { 'set-cookie': [...answer.cookies] }),
    'x-content-type-options': 'nosniff',
  };
  if (answer.status !== 204) headers['content-length'] = length;
  if (hasBody(incoming) && !incoming.complete) headers['connection'] = 'close';
  outgoing.writeHead(answer.status, headers);
  if (incoming.method === 'HEAD') outgoing.end();
  // As many bytes as characters: all of it is ASCII, which node writes faster when it need not look for anything else.
  else outgoing.end(answer.body, length === answer.body.length ? 'latin1' : 'utf8');
}

/**
 * Tells, once, when the connection closed before the answer was handed to the system whole. The socket is asked and not
 * the response: one that waits behind a slow earlier answer never hears of the end of its connection, and node says
 * `finish` also of one whose bytes were thrown away with the socket.
 */
function reportUndelivered(
  { socket }: IncomingMessage,
  outgoing: ServerResponse,
  undelivered: () => void,
): void {
  const lost = (): void => {
    outgoing.off('finish', written);
    undelivered();
  };
  const written = (): void => {
    socket.off('close', lost);
    if (socket.destroyed) undelivered();
  };
  if (socket.destroyed) return undelivered();
  socket.once('close', lost);
  outgoing.once('finish', written);
}

/** Whether a body was announced. `complete` alone says no of a GET that is answered before its parser has returned. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
