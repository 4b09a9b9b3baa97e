import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  downstreamHeaders,
  type HeaderLine,
  type HeaderOperations,
  type RefusalCode,
} from '@countersign/core';
import type { Dispatcher } from 'undici';
import { discardRest } from './answer.ts';
import { flatList, headerLines } from './request-head.ts';

/**
 * The upstream's answer on its way to the client: head untouched but for what must not cross, body streamed with
 * back-pressure both ways. Whoever goes first, client or upstream, takes the other side with him.
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
  readonly begun: () => void;
  /** Called once, when the exchange is over for whatever reason. */
  readonly over: () => void;
  /** Takes the connection after `101 Switching Protocols`. */
  readonly switched?: (socket: Duplex, lines: readonly HeaderLine[]) => void;
}

export function createRelay(input: RelayInput): Dispatcher.DispatchHandler {
  const { outgoing } = input;
  let controller: Dispatcher.DispatchController | undefined;
  let state: 'open' | 'switched' | 'over' = 'open';

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
    onRequestUpgrade(upgraded, _status, _headers, socket) {
      state = 'switched';
      input.begun();
      input.switched?.(socket, downstreamLines(input, upgraded, true));
    },
    onResponseStart(started, status, _headers, reason) {
      // Interim answers (RFC 9110 section 15.2) are between the upstream and us.
      if (status < 200) return;
      input.begun();
      outgoing.writeHead(status, reason ?? '', flatList(downstreamLines(input, started, false)));
      // With the first chunk when that is already here, at once when it is not: event streams begin with silence.
      process.nextTick(flushHead, outgoing);
    },
    onResponseData(receiving, chunk) {
      if (!outgoing.destroyed && !outgoing.write(chunk)) receiving.pause();
    },
    onResponseEnd() {
      outgoing.end();
      discardRest(input.incoming);
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

function downstreamLines(
  { sessionCookie, operations, requestId }: RelayInput,
  controller: Dispatcher.DispatchController,
  websocket: boolean,
): readonly HeaderLine[] {
  const received = headerLines(rawLines(controller));
  const lines = downstreamHeaders(received, {
    sessionCookie,
    websocket,
    ...(operations && { operations }),
  }).filter(([name]) => name.toLowerCase() !== 'x-request-id');
  return [...lines, ['x-request-id', requestId]];
}

/** Lines as they came on the wire; bytes above ASCII stay the bytes they are. */
function rawLines(controller: Dispatcher.DispatchController): readonly string[] {
  const { rawHeaders } = controller;
  if (!Array.isArray(rawHeaders)) return [];
  return rawHeaders.map((part) => (typeof part === 'string' ? part : part.toString('latin1')));
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
function failureCause(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
