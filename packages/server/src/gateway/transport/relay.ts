import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  downstreamHeaders,
  type HeaderLine,
  type HeaderOperations,
  type RefusalCode,
} from '@countersign/core';
import type { Dispatcher } from 'undici';
import { headerLines } from '../../http/header-lines.ts';
import { discardRest } from './answer.ts';
import { createInterim } from './interim.ts';
import { flatList } from './request-head.ts';
import { announcement, takesTrailers, trailerLines } from './trailers.ts';

/**
 * The upstream's answer on its way to the client: head untouched but for what must not cross, interim answers before it
 * and trailers behind it, body streamed with back-pressure both ways. Whoever goes first, client or upstream, takes the other side with him.
 */
export interface RelayInput {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly requestId: string;
  readonly sessionCookie: string;
  /** What the route sets of the answer. */
  readonly operations?: HeaderOperations;
  /** Milliseconds until there is a connection; from then on the client library counts, by progress of the body. */
  readonly timeout: number;
  /** Answers in place of an upstream that has not. */
  readonly fail: (code: RefusalCode, cause: string) => void;
  /** Called when the head of the answer is there: from then on nothing limits but silence. */
  readonly begun: (status: number) => void;
  /** Called once, when the exchange is over for whatever reason. */
  readonly over: () => void;
  /** Takes the connection after `101 Switching Protocols`. */
  readonly switched?: (socket: Duplex, lines: readonly HeaderLine[]) => void;
}

export function createRelay(input: RelayInput): Dispatcher.DispatchHandler {
  const { incoming, outgoing } = input;
  let controller: Dispatcher.DispatchController | undefined;
  let state: 'open' | 'switched' | 'over' = 'open';
  const passInterim = createInterim(incoming, outgoing, input);

  const finish = (): void => {
    if (state === 'over') return;
    const wasOpen = state === 'open';
    state = 'over';
    clearTimeout(deadline);
    input.over();
    if (wasOpen && !outgoing.writableFinished) controller?.abort(new Error('the client went away'));
  };
  const deadline = setTimeout(() => input.fail('upstream.timeout', 'no connection in time'), input.timeout);
  // A write that races the end of the connection is no fault; `close` follows and says the same.
  outgoing
    .on('close', finish)
    .on('error', finish)
    .on('drain', () => controller?.resume());

  return {
    onRequestStart(started) {
      controller = started;
      clearTimeout(deadline);
      // Nobody waits any more: the client has left, or has been answered while there was no connection.
      if (state === 'over' || outgoing.headersSent) started.abort(new Error('nobody waits'));
    },
    onRequestUpgrade(upgraded, status, _headers, socket) {
      state = 'switched';
      input.begun(status);
      input.switched?.(socket, downstreamLines(input, upgraded, true));
    },
    onResponseStart(started, status, _headers, reason) {
      if (status < 200) return passInterim(status, received(started));
      input.begun(status);
      writeHead(input, started, status, reason ?? '');
    },
    onResponseData(receiving, chunk) {
      if (!outgoing.destroyed && !outgoing.write(chunk)) receiving.pause();
    },
    onResponseEnd(ended) {
      addTrailers(input, ended);
      outgoing.end();
      discardRest(incoming);
    },
    onResponseError(_failed, error) {
      clearTimeout(deadline);
      if (state !== 'open' || outgoing.writableEnded) return;
      // Half an answer must not look like a whole one: the connection breaks off where the upstream did.
      if (outgoing.headersSent) outgoing.destroy();
      else input.fail(failureCode(error), failureCause(error));
    },
  };
}

function writeHead(
  input: RelayInput,
  controller: Dispatcher.DispatchController,
  status: number,
  reason: string,
): void {
  const lines = [...downstreamLines(input, controller, false), ...announced(input, controller, status)];
  input.outgoing.writeHead(status, reason, flatList(lines));
  // With the first chunk when that is already here, at once when it is not: event streams begin with silence.
  process.nextTick(flushHead, input.outgoing);
}

function downstreamLines(
  { sessionCookie, operations, requestId }: RelayInput,
  controller: Dispatcher.DispatchController,
  websocket: boolean,
): readonly HeaderLine[] {
  const lines = downstreamHeaders(received(controller), {
    sessionCookie,
    websocket,
    ...(operations && { operations }),
  }).filter(([name]) => name.toLowerCase() !== 'x-request-id');
  return [...lines, ['x-request-id', requestId]];
}

/** Without content there are no trailers (RFC 9112 section 6.3), and node:http throws where some are announced. */
const WITHOUT_CONTENT: ReadonlySet<number> = new Set([204, 304]);

function announced(
  { incoming, operations }: RelayInput,
  controller: Dispatcher.DispatchController,
  status: number,
): readonly HeaderLine[] {
  if (WITHOUT_CONTENT.has(status) || !takesTrailers(incoming)) return [];
  const lines = received(controller);
  const isChunked = lines.some(([name]) => name.toLowerCase() === 'transfer-encoding');
  return isChunked ? announcement(lines, operations) : [];
}

function addTrailers(
  { incoming, outgoing, operations }: RelayInput,
  { rawTrailers }: Dispatcher.DispatchController,
): void {
  const lines = headerLines(rawLines(rawTrailers));
  if (lines.length === 0 || !takesTrailers(incoming)) return;
  outgoing.addTrailers(trailerLines(lines, operations).map(([name, value]) => [name, value] as const));
}

function received({ rawHeaders }: Dispatcher.DispatchController): readonly HeaderLine[] {
  return headerLines(rawLines(rawHeaders));
}

/** Lines as they came on the wire; bytes above ASCII stay the bytes they are. */
function rawLines(parts: Dispatcher.DispatchController['rawHeaders']): readonly string[] {
  if (!Array.isArray(parts)) return [];
  return parts.map((part) => (typeof part === 'string' ? part : part.toString('latin1')));
}

function flushHead(outgoing: ServerResponse): void {
  if (!outgoing.writableEnded && !outgoing.destroyed) outgoing.flushHeaders();
}

/** No head within the route's limit, or not even a connection. */
const TIMEOUTS: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT']);

function failureCode(error: Error): RefusalCode {
  return TIMEOUTS.has(failureCause(error)) ? 'upstream.timeout' : 'upstream.unreachable';
}

/** A code for the log: messages may name addresses, and nobody but the operator reads even this. */
export function failureCause(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
