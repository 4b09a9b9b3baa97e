import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool, type Dispatcher } from 'undici';

/**
 * The transport of our gateway and nothing else: `node:http` in front, `undici` behind, streams with back-pressure.
 * No decision, no assertion, no look at a header but those that have to go: what our server takes beyond this is its
 * own work.
 */
const { PORT = '', UPSTREAM = '' } = process.env;
const pool = new Pool(UPSTREAM, { allowH2: false, pipelining: 1, bodyTimeout: 0, keepAliveTimeout: 4_000 });

createServer((incoming, outgoing) => {
  const { method = 'GET', url = '/' } = incoming;
  pool.dispatch({ method, path: url, headers: endToEnd(incoming), body: null }, relay(outgoing));
}).listen(Number(PORT), '127.0.0.1');

function endToEnd({ rawHeaders }: IncomingMessage): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.toLowerCase() !== 'host' && name.toLowerCase() !== 'connection')
      kept.push(name, rawHeaders[at + 1] ?? '');
  }
  return kept;
}

function relay(outgoing: ServerResponse): Dispatcher.DispatchHandler {
  let controller: Dispatcher.DispatchController | undefined;
  outgoing
    .on('close', () => {
      if (!outgoing.writableFinished) controller?.abort(new Error('the client went away'));
    })
    .on('drain', () => controller?.resume());
  return {
    onRequestStart(started) {
      controller = started;
    },
    onResponseStart({ rawHeaders }, status, _headers, reason) {
      const lines = Array.isArray(rawHeaders) ? rawHeaders.map(String) : [];
      outgoing.writeHead(status, reason ?? '', lines);
    },
    onResponseData(receiving, chunk) {
      if (!outgoing.write(chunk)) receiving.pause();
    },
    onResponseEnd() {
      outgoing.end();
    },
    onResponseError() {
      outgoing.destroy();
    },
  };
}
