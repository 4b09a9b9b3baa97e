import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { CertificateFacts } from '@countersign/core';
import { makeCertificate, type TestCertificate } from '../../../../../test/support/certificates.ts';
import type { CertificateConfig, TlsConfig } from '../../config/model.ts';
import { listen, type Listener } from '../../listen.ts';
import { createPeerCertificates } from '../peer-certificates.ts';

/** A listener on loopback whose app says of each request what the connection has shown; clients that speak TLS. */
export interface Rig {
  readonly listener: Listener;
  readonly port: number;
  /** Connections that were refused. */
  refused(): number;
  /** What is in force, for policies and then for handshakes: a reload does the one before the other. */
  replace(tls: TlsConfig): void;
  close(): Promise<void>;
}

export interface RigOptions {
  readonly tls?: TlsConfig;
  readonly maxConnections?: number;
  /** Default: answers with the fingerprint of the client's certificate, `none`, or `not asked`. */
  readonly request?: (incoming: IncomingMessage, outgoing: ServerResponse) => void;
  readonly upgrade?: (incoming: IncomingMessage, socket: Duplex) => void;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly malformed?: (address: string) => Promise<void> | undefined;
}

export async function startRig({
  tls,
  maxConnections = 100,
  request,
  upgrade,
  now = Date.now,
  malformed = () => undefined,
}: RigOptions): Promise<Rig> {
  let inForce = tls;
  let refused = 0;
  const certificates = createPeerCertificates(() => inForce?.clientCa);
  const tell = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    incoming.resume();
    outgoing.end(said(certificates.of(incoming.socket, now())));
  };
  const app = { request: request ?? tell, upgrade: upgrade ?? ((_incoming, socket) => socket.destroy()) };
  const listener = await listen(app, {
    at: { host: '127.0.0.1', port: 0 },
    maxHeaderSize: 16_384,
    maxConnections,
    tls,
    certificates,
    malformed,
    refused: () => (refused += 1),
  });
  if (!listener.ok) throw new Error(listener.error);
  return {
    listener: listener.value,
    port: Number(listener.value.address.split(':')[1]),
    refused: () => refused,
    replace(next) {
      inForce = next;
      listener.value.follow({ maxConnections, tls: next });
    },
    close: () => listener.value.close(),
  };
}

function said(facts: CertificateFacts | undefined): string {
  return facts ? (facts.fingerprint ?? 'none') : 'not asked';
}

/** As the configuration gives it. */
export function certificateConfig(
  { cert, key }: TestCertificate,
  ...names: readonly string[]
): CertificateConfig {
  return { cert, key, names, validUntil: Date.now() + 86_400_000 };
}

export const authority = makeCertificate({ names: ['Authority'], isAuthority: true });
export const otherAuthority = makeCertificate({ names: ['Other'], isAuthority: true });
export const server = makeCertificate({ names: ['localhost'], issuer: authority });

/** Connects; gives the socket when the handshake is over, or fails as it failed. */
export async function dialTls(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  await once(socket, 'secureConnect');
  // From here on a reset is an answer like any other.
  socket.on('error', () => {});
  return socket;
}

/** The body of the answer to one request on a connection that stays open. */
export async function ask(socket: TLSSocket, path = '/'): Promise<string> {
  let text = '';
  const done = new Promise<string>((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      const [head = '', body = ''] = text.split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
      if (body.length !== length) return;
      socket.off('data', onData).off('close', onClose);
      resolve(body);
    };
    const onClose = (): void => reject(new Error(`closed after: ${text}`));
    socket.on('data', onData).once('close', onClose);
  });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  return done;
}
