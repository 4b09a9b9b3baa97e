import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { err, ok, type Result } from '@countersign/core';
import type { Path, ResolvedAddress } from './checked-path.ts';
import { dialProxy, openTunnel, type ForwardProxy } from './forward-proxy.ts';
import { secure, type SeenCertificate, type ServerTrust } from './server-certificate.ts';

/**
 * A connection along a checked path, ready for a request: TCP or a tunnel, then TLS whose certificate has been judged.
 * It must never resolve a name again, and never fall back from TLS.
 */
export interface ConnectionOptions {
  readonly trust: ServerTrust;
  /** Ends the attempt and, later, the connection. */
  readonly signal: AbortSignal;
  readonly onCertificate: (certificate: SeenCertificate) => void;
}

export async function connectAlong(
  path: Path,
  url: URL,
  { trust, signal, onCertificate }: ConnectionOptions,
): Promise<Result<Socket, 'proxy' | 'connection' | 'certificate'>> {
  const isSecure = url.protocol === 'https:';
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  const socket = await socketAlong(path, port, isSecure, signal);
  if (!socket.ok) return socket;
  // The signal ends the socket at any time, also when nobody listens to it.
  socket.value.on('error', () => undefined);
  if (!isSecure) return socket;
  return secure(socket.value, { host: path.host, trust, onSeen: onCertificate });
}

async function socketAlong(
  { host, addresses, proxy }: Path,
  port: number,
  isSecure: boolean,
  signal: AbortSignal,
): Promise<Result<Socket, 'proxy'>> {
  if (proxy) return throughProxy(proxy, host, port, isSecure, signal);
  // The addresses that were checked are the ones that are connected to: a second answer of the resolver (DNS rebinding)
  // is never asked for.
  return ok(connect({ host, port, signal, lookup: pinned(addresses) }));
}

/** What travels in the clear is asked of the proxy itself, in absolute form. */
async function throughProxy(
  proxy: ForwardProxy,
  host: string,
  port: number,
  isSecure: boolean,
  signal: AbortSignal,
): Promise<Result<Socket, 'proxy'>> {
  if (!isSecure) return ok(dialProxy(proxy, signal));
  const tunnel = await openTunnel(proxy, `${isIP(host) === 6 ? `[${host}]` : host}:${port}`, signal);
  return signal.aborted ? err('proxy') : tunnel;
}

function pinned(addresses: readonly ResolvedAddress[]): LookupFunction {
  const [first] = addresses;
  return (_host, options, answer) => {
    if (options.all === true) answer(null, [...addresses]);
    else answer(null, first?.address ?? '', first?.family);
  };
}
