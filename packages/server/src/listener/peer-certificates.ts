import { hash, type X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { NO_CERTIFICATE, type CertificateFacts } from '@countersign/core';
import { alternativeNames } from '../config/alternative-names.ts';

/**
 * What clients have shown of themselves in the handshake, for policies. Only what verified, only by the authorities
 * that are in force now, only while it is valid; never anything that a header says. What is not all of that is nobody.
 */
export interface PeerCertificates {
  /** A connection whose handshake begins. `authorities`: those that the listener holds certificates against, in PEM. */
  readonly begin: (socket: Socket, authorities: string | undefined) => void;
  /**
   * Remembers the certificate of a connection; called once, when its handshake is over. It ends one that began under
   * other authorities: nobody could say which of them verified it, and whoever may come in comes again.
   */
  readonly note: (socket: TLSSocket, authorities: string | undefined) => void;
  /**
   * The facts of a connection at a time, in epoch milliseconds; `undefined` where nobody is asked for a certificate, so
   * that nothing can be said of it.
   */
  readonly of: (socket: Socket, now: number) => CertificateFacts | undefined;
  /** Whether a certificate was verified by authorities that are no longer the ones in force. */
  readonly isOutdated: (socket: object) => boolean;
}

interface Shown {
  readonly facts: CertificateFacts;
  readonly validFrom: number;
  readonly validUntil: number;
  /** PEM. */
  readonly verifiedBy: string;
}

/** `inForce`: `client_ca` as policies have to see it, in PEM. */
export function createPeerCertificates(inForce: () => string | undefined): PeerCertificates {
  const shown = new WeakMap<object, Shown>();
  /** Handshakes that are under way. The library does not say which socket became which, but both have one address. */
  const begun = new Map<string, string | undefined>();
  return {
    begin(socket, authorities) {
      const connection = nameOf(socket);
      begun.set(connection, authorities);
      socket.once('close', () => begun.delete(connection));
    },
    note(socket, verifiedBy) {
      if (begun.get(nameOf(socket)) !== verifiedBy) return void socket.destroy();
      // Said by the library once, after the handshake; what is asked later could be about something else.
      if (verifiedBy === undefined || !socket.authorized) return;
      const certificate = socket.getPeerX509Certificate();
      const facts = certificate && factsOf(certificate);
      if (!facts) return;
      const [validFrom, validUntil] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
      shown.set(socket, { facts, validFrom, validUntil, verifiedBy });
    },
    of(socket, now) {
      const authorities = inForce();
      if (authorities === undefined) return undefined;
      const certificate = shown.get(socket);
      if (certificate?.verifiedBy !== authorities) return NO_CERTIFICATE;
      const isValid = certificate.validFrom <= now && now <= certificate.validUntil;
      return isValid ? certificate.facts : NO_CERTIFICATE;
    },
    isOutdated(socket) {
      const certificate = shown.get(socket);
      return certificate !== undefined && certificate.verifiedBy !== inForce();
    },
  };
}

function nameOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}

/** Nothing of a certificate whose names cannot be read: a rule may be about a name that it must not have. */
function factsOf(certificate: X509Certificate): CertificateFacts | undefined {
  const names = alternativeNames(certificate);
  if (!names) return undefined;
  const publicKey = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return Object.freeze({
    fingerprint: hash('sha256', certificate.raw, 'hex'),
    spki_hash: hash('sha256', publicKey, 'base64'),
    san_dns: names.dns,
    san_email: names.email,
    san_uri: names.uri,
  });
}
