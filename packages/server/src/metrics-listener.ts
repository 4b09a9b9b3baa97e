import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Result } from '@countersign/core';
import type { Logger } from './adapters/ports.ts';
import type { ListenAddress } from './config/model.ts';
import { listenOn, type Bound } from './listener/listen-on.ts';
import type { Exposition } from './open-metrics.ts';

/**
 * The address for Prometheus: GET /metrics and nothing else, for whoever can reach it. It has a server of its own that
 * knows no route and no endpoint, so that no mistake in them can bring what is here to the public one (threat 15).
 */

/** Connections at once: a few that scrape, and somebody who looks. */
export const MAX_CONNECTIONS = 20;

/** Bytes of a request head. */
const MAX_HEAD = 8_192;

/** Milliseconds for a whole request; nobody sends more than a few lines here. */
const REQUEST_TIME = 10_000;

export async function listenForMetrics(
  at: ListenAddress,
  exposition: Exposition,
  logger: Logger,
): Promise<Result<Bound, string>> {
  const server = createServer(
    { maxHeaderSize: MAX_HEAD, requestTimeout: REQUEST_TIME, headersTimeout: REQUEST_TIME },
    (incoming, outgoing) => {
      answer(incoming, outgoing, exposition).catch((fault: unknown) => {
        logger.error('metrics could not be written', {
          error: fault instanceof Error ? fault.message : 'unknown',
        });
        if (outgoing.headersSent) outgoing.destroy();
        else write(incoming, outgoing, 500, 'text/plain', '');
      });
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  return listenOn(server, at);
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { contentType, text }: Exposition,
): Promise<void> {
  const [path] = (incoming.url ?? '/').split('?', 1);
  if (path !== '/metrics') return write(incoming, outgoing, 404, 'text/plain', 'not found\n');
  if (incoming.method !== 'GET' && incoming.method !== 'HEAD') {
    outgoing.setHeader('allow', 'GET, HEAD');
    return write(incoming, outgoing, 405, 'text/plain', 'method not allowed\n');
  }
  return write(incoming, outgoing, 200, contentType, await text());
}

function write(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  status: number,
  type: string,
  text: string,
): void {
  // A body has no business here, and nobody reads it to its end.
  const close = incoming.complete ? {} : { connection: 'close' };
  outgoing.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...close,
  });
  outgoing.end(incoming.method === 'HEAD' ? undefined : text);
}
