import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { App } from '../app.ts';
import type { PeerCertificates } from './peer-certificates.ts';

/**
 * Requests go to the app; what is no request is answered here, if its turn has come. It must never write into an answer
 * that is under way: two writers on one connection are how a response is split.
 */
export interface Conversations {
  /** The last answer that a connection is owed, or was. */
  answerOn(socket: Duplex): ServerResponse | undefined;
  /** Whether it is owed one now. */
  isUnderWay(socket: Duplex): boolean;
  /** Answers in place of the app, if nobody has begun to, and ends the connection. */
  refuse(socket: Duplex, status: string): void;
}

export interface ServeOptions {
  /** Whether what was agreed on a connection no longer holds, so that its next answer is its last. */
  readonly isOutdated: PeerCertificates['isOutdated'];
  /** Counts bytes of an address that were no request; a promise to wait for where there have been too many. */
  readonly malformed: (address: string) => Promise<void> | undefined;
}

export function serveConnections(
  server: Server,
  app: App,
  { isOutdated, malformed }: ServeOptions,
): Conversations {
  const last = new WeakMap<Duplex, ServerResponse>();
  const serve = (awaitsContinue: boolean) => (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { socket, headers } = incoming;
    // Node throws away what comes in one segment with an offer to upgrade that is ignored, be it half of a request: the
    // next thing it reads may begin in the middle of a body. So such a request is the last one of its connection.
    if (last.get(socket)?.req.headers.upgrade !== undefined) return void socket.destroy();
    if (headers.upgrade !== undefined || isOutdated(socket)) outgoing.shouldKeepAlive = false;
    last.set(socket, outgoing);
    app.request(incoming, outgoing, awaitsContinue);
  };
  const refuseIfItsTurn = (socket: Duplex, status: string): void => {
    if (isItsTurn(last.get(socket))) refuse(socket, status);
    else socket.destroy();
  };
  server.on('request', serve(false));
  // Without a listener node says 100 before anybody has decided whether the body is wanted.
  server.on('checkContinue', serve(true));
  server.on('upgrade', (incoming, socket, head) => {
    if (takeOver(socket, last.get(socket))) app.upgrade(incoming, socket, head);
  });
  // A handler for CONNECT would make a tunnel of us; without one node closes the connection, without a word.
  server.on('connect', (_incoming, socket) => {
    if (takeOver(socket, last.get(socket))) refuse(socket, '405 Method Not Allowed');
  });
  server.on('clientError', (fault: NodeJS.ErrnoException, socket) => {
    const status = statusOf(fault.code ?? '');
    // Whoever has not got as far as HTTP (a failed handshake, a reset) is not answered in it.
    if (status === undefined) return void socket.destroy();
    const held = malformed((socket as Socket).remoteAddress ?? '');
    // Whoever floods waits for its answer, and so do its next connections.
    if (held) void held.then(() => refuseIfItsTurn(socket, status));
    else refuseIfItsTurn(socket, status);
  });
  return {
    answerOn: (socket) => last.get(socket),
    isUnderWay: (socket) => last.get(socket)?.closed === false,
    refuse: refuseIfItsTurn,
  };
}

/** What the parser's fault is called on the wire. */
function statusOf(code: string): string | undefined {
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return '408 Request Timeout';
  return code.startsWith('HPE_') ? '400 Bad Request' : undefined;
}

/**
 * Node lets go of a connection that asks to switch, its error handler included: a reset would then end the process.
 * False, and the connection is gone, while an earlier answer is under way: two writers on one connection.
 */
function takeOver(socket: Duplex, last: ServerResponse | undefined): boolean {
  socket.on('error', () => socket.destroy());
  if (last === undefined || last.closed) return true;
  socket.destroy();
  return false;
}

/**
 * Whether an answer to bytes that cannot be parsed would be read as the answer to them: everything before has been
 * answered, or they are the body of the one request that is waiting. Else it would stand in the middle of another
 * answer, or be taken for it (response splitting).
 */
function isItsTurn(last: ServerResponse | undefined): boolean {
  if (last === undefined || last.closed) return true;
  return last.socket !== null && !last.headersSent && !last.req.complete;
}

/** Milliseconds that a client may take to read why, and to hang up. */
const LINGER = 5_000;

function refuse(socket: Duplex, status: string): void {
  if (!socket.writable) return void socket.destroy();
  // Ended is half of closed: a client that goes on writing would keep the connection.
  const cut = setTimeout(() => socket.destroy(), LINGER).unref();
  socket.once('close', () => clearTimeout(cut));
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
