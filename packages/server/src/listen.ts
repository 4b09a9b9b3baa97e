import { ok, type Result } from '@countersign/core';
import type { App } from './app.ts';
import type { ListenAddress, TlsConfig } from './config/model.ts';
import { listenOn, type Bound } from './listener/listen-on.ts';
import type { PeerCertificates } from './listener/peer-certificates.ts';
import { serveConnections, type ServeOptions } from './listener/serve-connections.ts';
import { watchSlowBodies } from './listener/slow-bodies.ts';
import { endSlowReaders } from './listener/slow-readers.ts';
import { createStrictServer } from './listener/strict-server.ts';

/**
 * A listener for requests: a strict server on its address, requests to the app. It refuses connections over its bound,
 * ends those that keep something waiting, and drains.
 */
export interface Listener extends Bound {
  /** What a reload may change; connections that are open stay. */
  follow(settings: ListenerSettings): void;
}

export interface ListenerSettings {
  /** Connections at once; over it a new one is closed before a byte of it is read. */
  readonly maxConnections: number;
  readonly tls: TlsConfig | undefined;
}

export interface ListenOptions extends ListenerSettings {
  readonly at: ListenAddress;
  /** Bytes of a request head. */
  readonly maxHeaderSize: number;
  readonly certificates: PeerCertificates;
  readonly malformed: ServeOptions['malformed'];
  /** Called for each connection that is refused because there are too many. */
  readonly refused: () => void;
}

/** Over TLS, or without it for as long as the listener lives. */
export async function listen(app: App, options: ListenOptions): Promise<Result<Listener, string>> {
  const { tls, certificates, maxHeaderSize } = options;
  const { server, sockets, replace } = createStrictServer(maxHeaderSize, tls, certificates);
  server.maxConnections = options.maxConnections;
  server.on('drop', options.refused);
  const { isOutdated } = certificates;
  const conversations = serveConnections(server, app, { isOutdated, malformed: options.malformed });
  endSlowReaders(server, tls ? 'secureConnection' : 'connection', conversations);
  const stopWatching = watchSlowBodies(sockets, conversations);
  const bound = await listenOn(server, options.at);
  if (!bound.ok) {
    stopWatching();
    return bound;
  }
  return ok({
    ...bound.value,
    follow(settings) {
      server.maxConnections = settings.maxConnections;
      if (settings.tls) replace(settings.tls);
      // Those that are busy end with their next answer.
      for (const socket of sockets)
        if (isOutdated(socket) && !conversations.isUnderWay(socket)) socket.destroy();
    },
    close: async () => {
      stopWatching();
      // Nobody is owed an answer on a connection that has never asked: browsers open some ahead.
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
      await bound.value.close();
    },
  });
}
