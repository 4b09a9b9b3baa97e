import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { err, ok, type Result } from '@countersign/core';
import type { App } from './app.ts';
import { isWebSocketUpgrade } from './gateway/transport/node-http.ts';

/**
 * The listener: `node:http`, bare and strict. It parses heads within bounds, answers what cannot be parsed, and drains:
 * requests that are under way finish, new ones go to the next process.
 */
export interface Listener {
  /** `host:port` as bound. */
  readonly address: string;
  /** Stops accepting, waits for what is under way, then cuts what is left. */
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Bytes of a request head. */
  readonly maxHeaderSize: number;
}

/** Milliseconds that a request under way may take to finish once the process has been asked to stop. */
const DRAIN = 10_000;

/** Milliseconds for a request head: a client that dribbles one byte at a time is cut (slow loris). */
const HEAD_TIME = 15_000;

export async function listen(app: App, options: ListenOptions): Promise<Result<Listener, string>> {
  const server = createServer({
    maxHeaderSize: options.maxHeaderSize,
    headersTimeout: HEAD_TIME,
    // Proxied bodies have no limit in size, so none in time; bodies of the service host have their own.
    requestTimeout: 0,
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: 5_000,
    // Said by ourselves, as JSON: the built-in answer has no body.
    requireHostHeader: false,
    insecureHTTPParser: false,
    noDelay: true,
    // Any other protocol that a client offers unasked (h2c) is an offer to ignore, not a reason to hang up.
    shouldUpgradeCallback: isWebSocketUpgrade,
  });
  serveConnections(server, app);
  const bound = await bind(server, options);
  if (!bound.ok) return bound;
  return ok({ address: bound.value, close: () => drain(server) });
}

/** Requests go to the app; what is no request is answered here, if its turn has come. */
function serveConnections(server: Server, app: App): void {
  /** The last answer that each connection is owed, or was. */
  const last = new WeakMap<Duplex, ServerResponse>();
  const serve = (awaitsContinue: boolean) => (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { socket, headers } = incoming;
    // Node throws away what comes in one segment with an offer to upgrade that is ignored, be it half of a request: the
    // next thing it reads may begin in the middle of a body. So such a request is the last one of its connection.
    if (last.get(socket)?.req.headers.upgrade !== undefined) return void socket.destroy();
    if (headers.upgrade !== undefined) outgoing.shouldKeepAlive = false;
    last.set(socket, outgoing);
    app.request(incoming, outgoing, awaitsContinue);
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
    const status =
      fault.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
    if (isItsTurn(last.get(socket))) refuse(socket, status);
    else socket.destroy();
  });
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

function refuse(socket: Duplex, status: string): void {
  if (!socket.writable) return;
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

async function bind(server: Server, { host, port }: ListenOptions): Promise<Result<string, string>> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (fault) {
    return err(fault instanceof Error ? fault.message : 'cannot listen');
  }
  const address = server.address() as AddressInfo;
  return ok(
    address.family === 'IPv6' ? `[${address.address}]:${address.port}` : `${address.address}:${address.port}`,
  );
}

async function drain(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  // Connections become idle one by one as their requests finish; node closes only those idle at the moment of asking.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}
