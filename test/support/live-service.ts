import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/** A service with a page that opens a WebSocket: what became of it is the title of the page. */
export interface LiveService {
  readonly url: string;
  /** Values of `Origin` of the handshakes that came through. */
  readonly handshakes: readonly (string | undefined)[];
  close(): Promise<void>;
}

/** `?to=HOST`: to another host than that of the page. */
const PAGE = `<!doctype html><html lang="en"><title>waiting</title><p>A page of the service.</p><script>
const to = new URLSearchParams(location.search).get('to') ?? location.host;
const socket = new WebSocket('ws://' + to + '/socket');
socket.onmessage = ({ data }) => { document.title = data; };
socket.onerror = () => { document.title = 'refused'; };
</script></html>`;

export async function startLiveService(): Promise<LiveService> {
  const handshakes: (string | undefined)[] = [];
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html', 'cache-control': 'no-store' }).end(PAGE);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => {
    handshakes.push(request.headers.origin);
    socket.send(request.headers.cookie === undefined ? 'open' : 'open, with a cookie');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    handshakes,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
