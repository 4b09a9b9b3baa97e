import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsConfig } from '../config/model.ts';
import { isWebSocketUpgrade } from '../gateway/transport/node-http.ts';
import type { PeerCertificates } from './peer-certificates.ts';
import { createIdentity, tlsServerOptions } from './tls.ts';

/** Node's server, bare and strict, over TCP or TLS: what it parses within which bounds, before anybody sees a request. */
export interface StrictServer {
  readonly server: Server;
  /** Connections on which HTTP is spoken: of TLS, those whose handshake is over. */
  readonly sockets: ReadonlySet<Socket>;
  /** Shows other certificates from now on; connections that are open stay as they are. Nothing without TLS. */
  readonly replace: (tls: TlsConfig) => void;
}

/** Milliseconds for a request head: a client that dribbles one byte at a time is cut (slow loris). */
const HEAD_TIME = 15_000;

/** Milliseconds that a connection may wait for its next request. */
const KEEP_ALIVE = 65_000;

const STRICT: ServerOptions = {
  headersTimeout: HEAD_TIME,
  // Proxied bodies have no limit in size, so none in time: they have to move. Bodies of the service host have both.
  requestTimeout: 0,
  keepAliveTimeout: KEEP_ALIVE,
  connectionsCheckingInterval: 5_000,
  // Said by ourselves, as JSON: the built-in answer has no body.
  requireHostHeader: false,
  insecureHTTPParser: false,
  noDelay: true,
  // Any other protocol that a client offers unasked (h2c) is an offer to ignore, not a reason to hang up.
  shouldUpgradeCallback: isWebSocketUpgrade,
};

/** `maxHeaderSize`: bytes of a request head. */
export function createStrictServer(
  maxHeaderSize: number,
  tls: TlsConfig | undefined,
  certificates: PeerCertificates,
): StrictServer {
  const strict = { ...STRICT, maxHeaderSize };
  if (tls) return createSecure(strict, tls, certificates);
  const server = createServer(strict);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => keep(sockets, socket));
  return { server, sockets, replace: () => {} };
}

function createSecure(strict: ServerOptions, tls: TlsConfig, certificates: PeerCertificates): StrictServer {
  let shown = tls;
  let identity = createIdentity(tls);
  const secure = tlsServerOptions(() => identity, tls.clientCa !== undefined);
  const server = createTlsServer({ ...strict, ...secure });
  const sockets = new Set<Socket>();
  // Before node wraps the socket.
  server.prependListener('connection', (socket: Socket) => certificates.begin(socket, shown.clientCa));
  server.on('secureConnection', (socket: TLSSocket) => {
    certificates.note(socket, shown.clientCa);
    keep(sockets, socket);
  });
  return {
    server,
    sockets,
    replace(next) {
      // Tickets of the old ones end with them, so a reload that changes nothing must not replace them.
      if (JSON.stringify(next) === JSON.stringify(shown)) return;
      shown = next;
      identity = createIdentity(next);
      server.setSecureContext(identity.first);
    },
  };
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
}
