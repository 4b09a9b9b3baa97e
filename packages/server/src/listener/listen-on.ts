import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { err, ok, type Result } from '@countersign/core';
import type { ListenAddress } from '../config/model.ts';

/**
 * Binds a server to its address, and drains it: requests that are under way finish, new ones go to the next process.
 * Every listener of the product is bound here, whatever it serves.
 */
export interface Bound {
  /** `host:port` as bound. */
  readonly address: string;
  /** Connections that are open, those whose handshake is under way among them. */
  open(): number;
  /** Stops accepting, waits for what is under way, then cuts what is left. */
  close(): Promise<void>;
}

/** Milliseconds that a request under way may take to finish once the process has been asked to stop. */
const DRAIN = 10_000;

/** The error is for a person: why this address cannot be had. */
export async function listenOn(
  server: Server,
  { host, port }: ListenAddress,
): Promise<Result<Bound, string>> {
  const open = openSockets(server);
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (fault) {
    return err(fault instanceof Error ? fault.message : 'cannot listen');
  }
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return ok({
    address: `${name}:${address.port}`,
    open: () => open.size,
    close: () => drain(server, open),
  });
}

/** Also those that node's list of HTTP connections lacks: handshakes, and what has been switched to another protocol. */
function openSockets(server: Server): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}

async function drain(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  // Connections become idle one by one as their requests finish; node closes only those idle at the moment of asking.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => {
    for (const socket of open) socket.destroy();
  }, DRAIN);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}
