import { createRelay } from '../../../packages/server/src/gateway/transport/relay.ts';
import { requestBody } from '../../../packages/server/src/gateway/transport/request-body.ts';
import { createUpstreams } from '../../../packages/server/src/gateway/transport/upstreams.ts';
import { serveConnections } from '../../../packages/server/src/listener/serve-connections.ts';
import { createStrictServer } from '../../../packages/server/src/listener/strict-server.ts';

/**
 * The transport of our gateway as it is: its server with all its limits, passage, relay, retries, time limits. What it
 * does not do is what is measured beside it: nobody is asked for, nothing is decided, and lines of the request go on
 * as they came. Lines of the answer are looked at here as well.
 */
const { PORT = '', UPSTREAM = '' } = process.env;
const { hostname: host, port } = new URL(UPSTREAM);
const upstream = {
  targets: [{ scheme: 'http', host, port: Number(port), weight: 1, pool: UPSTREAM }],
  balancing: 'round_robin',
} as const;

const ignore = (): void => {};
const snapshot = { routes: [] };
const upstreams = createUpstreams({
  snapshot: () => snapshot,
  clock: { now: Date.now },
  random: { bytes: (count) => new Uint8Array(count) },
  logger: { info: ignore, warn: ignore },
  // It would let go of an upstream that no route leads to.
  look: 2 ** 31 - 1,
});

const isOutdated = (): boolean => false;
const certificates = { begin: ignore, note: ignore, of: () => undefined, isOutdated };
const { server } = createStrictServer(16_384, undefined, certificates);

serveConnections(
  server,
  {
    request(incoming, outgoing, awaitsContinue) {
      const passage = upstreams.open(upstream);
      void passage.send({
        options: {
          method: incoming.method ?? 'GET',
          path: incoming.url ?? '/',
          headers: endToEnd(incoming.rawHeaders),
          headersTimeout: 30_000,
          upgrade: null,
        },
        body: () => requestBody(incoming, outgoing, awaitsContinue),
        relay: createRelay({
          incoming,
          outgoing,
          requestId: 'the same for all',
          sessionCookie: '_countersign',
          timeout: 30_000,
          fail: () => outgoing.destroy(),
          begun: ignore,
          over: passage.over,
        }),
        isWanted: () => !outgoing.headersSent && !outgoing.destroyed,
        isBodyRead: () => incoming.readableDidRead,
        refuse: () => outgoing.destroy(),
        repeated: ignore,
      });
    },
    upgrade: (_incoming, socket) => void socket.destroy(),
  },
  { isOutdated, malformed: () => undefined },
);
server.listen(Number(PORT), '127.0.0.1');

function endToEnd(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!['host', 'connection'].includes(name.toLowerCase())) kept.push(name, rawHeaders[at + 1] ?? '');
  }
  return kept;
}
