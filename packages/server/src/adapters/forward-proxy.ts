import { request, type RequestOptions } from 'node:http';
import { connect, type Socket } from 'node:net';
import { err, ok, type Result } from '@countersign/core';

/**
 * The forward proxy of `egress_proxy`: a tunnel for `https:` (RFC 9110 section 9.3.6), absolute form for `http:`
 * (RFC 9112 section 3.2.2). Written here and not left to an agent, because the certificate behind the tunnel has to be
 * judged before anything is sent. It must never send the proxy's credentials to anybody else.
 */
export interface ForwardProxy {
  readonly host: string;
  readonly port: number;
  /** Value of `Proxy-Authorization`. */
  readonly authorization?: string;
}

/** `http://[USER:PASSWORD@]HOST[:PORT]` and nothing more. */
export function parseProxyUrl(text: string): ForwardProxy | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
  if (protocol !== 'http:' || `${pathname}${search}${hash}` !== '/') return undefined;
  const authorization = basic(username, password);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 80 : Number(port),
    ...(authorization === undefined ? {} : { authorization }),
  };
}

/** RFC 7617. A URL holds its credentials percent-encoded; what is not is taken as it stands. */
function basic(username: string, password: string): string | undefined {
  if (username === '' && password === '') return undefined;
  const [user, word] = [username, password].map((text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  });
  return `Basic ${Buffer.from(`${user}:${word}`).toString('base64')}`;
}

/** Headers for the proxy itself. */
export function proxyHeaders({ authorization }: ForwardProxy): Readonly<Record<string, string>> {
  return authorization === undefined ? {} : { 'proxy-authorization': authorization };
}

/** A connection to the proxy, not yet used. Whoever aborts the signal ends it. */
export function dialProxy({ host, port }: ForwardProxy, signal: AbortSignal): Socket {
  return connect({ host, port, signal });
}

const MAX_HEADERS = 16_384;

/** Asks the proxy for a tunnel; the socket then leads to `authority`, a host and a port. */
export function openTunnel(
  proxy: ForwardProxy,
  authority: string,
  signal: AbortSignal,
): Promise<Result<Socket, 'proxy'>> {
  const options: RequestOptions = {
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...proxyHeaders(proxy) },
    maxHeaderSize: MAX_HEADERS,
    createConnection: () => dialProxy(proxy, signal),
  };
  return new Promise((resolve) => {
    const asking = request(options);
    asking.on('error', () => resolve(err('proxy')));
    asking.on('close', () => resolve(err('proxy')));
    asking.on('connect', (answer, socket, head) => {
      // In TLS the client speaks first: bytes that came before are not of the host that we asked for.
      if (answer.statusCode === 200 && head.length === 0) return resolve(ok(socket));
      socket.destroy();
      resolve(err('proxy'));
    });
    asking.end();
  });
}
