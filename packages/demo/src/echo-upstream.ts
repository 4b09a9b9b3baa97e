import { listenOnLoopback, sendJson, type LoopbackServer } from './loopback.ts';

/**
 * A service that believes everything it is told: what stands between it and the world is the gateway. It answers with
 * what it saw: method, path, and headers with their names in lower case.
 */
export function startEchoUpstream(): Promise<LoopbackServer> {
  return listenOnLoopback((request, response) => {
    // The body is not part of the story; it is drained so that the connection can be used again.
    request.resume();
    sendJson(response, 200, { method: request.method, path: request.url, headers: request.headers });
  });
}
