import { createHash, type X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import { err, ok, type Result } from '@countersign/core';

/**
 * TLS to a server whose certificate we judge ourselves, on the very connection that is then used: whoever gets a socket
 * from here may write to it, and nobody has written to it before. It must never give a socket to a server that neither
 * an authority nor a thumbprint vouches for.
 */
export interface ServerTrust {
  /** PEM of certificate authorities to trust instead of the built-in ones. */
  readonly ca?: string;
  /** SHA-256 of leaf certificates, lower-case hex. */
  readonly thumbprints?: readonly string[];
}

/** What the server has shown. */
export interface SeenCertificate {
  /** SHA-256, lower-case hex. */
  readonly thumbprint: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  readonly trustedBy: 'authority' | 'thumbprint' | 'nobody';
}

export interface SecureOptions {
  /** As in the URL, without brackets: what the certificate has to name. */
  readonly host: string;
  readonly trust: ServerTrust;
  readonly onSeen: (certificate: SeenCertificate) => void;
}

/** Shakes hands over a connected socket, then judges. */
export function secure(
  socket: Socket,
  { host, trust, onSeen }: SecureOptions,
): Promise<Result<TLSSocket, 'connection' | 'certificate'>> {
  return new Promise((resolve) => {
    const secured = connect({
      socket,
      host,
      // RFC 6066 section 3: an address is not sent as a name.
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ALPNProtocols: ['http/1.1'],
      // Not an open door: it lets the handshake end, so that a thumbprint can be held against the certificate that was
      // shown. Written out, the environment (NODE_TLS_REJECT_UNAUTHORIZED) has no say.
      rejectUnauthorized: false,
      ...(trust.ca === undefined ? {} : { ca: trust.ca }),
    });
    secured.on('error', () => resolve(err('connection')));
    secured.on('close', () => resolve(err('connection')));
    secured.on('secureConnect', () => {
      const trusted = judge(secured, host, trust.thumbprints ?? [], onSeen);
      if (trusted) return resolve(ok(secured));
      resolve(err('certificate'));
      secured.destroy();
    });
  });
}

function judge(
  socket: TLSSocket,
  host: string,
  thumbprints: readonly string[],
  onSeen: SecureOptions['onSeen'],
): boolean {
  const leaf = socket.getPeerX509Certificate();
  if (!leaf) return false;
  const thumbprint = createHash('sha256').update(leaf.raw).digest('hex');
  const expiresAt = Date.parse(leaf.validTo);
  // `authorized`: chain, times and name are good. A thumbprint is asked for only where they are not, so that ordinary
  // renewal of a certificate breaks nothing.
  const isPinned =
    !socket.authorized && thumbprints.includes(thumbprint) && isCurrent(leaf) && isNamed(leaf, host);
  const trustedBy = socket.authorized ? 'authority' : isPinned ? 'thumbprint' : 'nobody';
  onSeen({ thumbprint, expiresAt, trustedBy });
  return trustedBy !== 'nobody';
}

/** A thumbprint stands in for the authority, not for the calendar: who pins a certificate pins its end as well. */
function isCurrent(leaf: X509Certificate): boolean {
  const now = Date.now();
  return Date.parse(leaf.validFrom) <= now && now <= Date.parse(leaf.validTo);
}

/** Nor for the name: else a certificate pinned for one host would speak for every other host of the issuer. */
function isNamed(leaf: X509Certificate, host: string): boolean {
  return checkServerIdentity(host, leaf.toLegacyObject()) === undefined;
}
