import { constants } from 'node:crypto';
import type { ServerOptions } from 'node:https';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { CertificateConfig, TlsConfig } from '../config/model.ts';

/**
 * TLS of a listener: which certificate is shown to whom, and on what terms. A client may show one of its own and need
 * not: whether it did, and whether it verified, is a fact for policies. It must never end a connection because the
 * certificates have changed, nor resume under new authorities what was verified under old ones.
 */
export interface Identity {
  /** For clients that name nobody we are, or nobody at all. */
  readonly first: SecureContextOptions;
  /** By the name in the handshake (RFC 6066 section 3): the very name, else a wildcard for its first label. */
  contextFor(name: string): SecureContext | undefined;
}

export function createIdentity({ certificates, clientCa }: TlsConfig): Identity {
  const optionsOf = ({ cert, key }: Pick<CertificateConfig, 'cert' | 'key'>): SecureContextOptions => ({
    ...TERMS,
    cert,
    key,
    ...(clientCa === undefined ? {} : { ca: clientCa }),
  });
  const byName = new Map<string, SecureContext>();
  for (const certificate of certificates) {
    const context = createSecureContext(optionsOf(certificate));
    for (const name of certificate.names) if (!byName.has(name)) byName.set(name, context);
  }
  return {
    first: optionsOf(certificates[0] ?? { cert: '', key: '' }),
    contextFor(written) {
      const name = written.toLowerCase();
      return byName.get(name) ?? byName.get(name.replace(/^[^.]+/, '*'));
    },
  };
}

/** Milliseconds for a handshake: who connects and says nothing is not waited for. */
const HANDSHAKE_TIME = 10_000;

/** Forward secrecy and authenticated encryption alone; of TLS 1.3 there is nothing else. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

const TERMS: SecureContextOptions = {
  minVersion: 'TLSv1.2',
  ciphers: CIPHERS,
  // A second handshake on a connection could show another certificate than the one that was verified.
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
};

/** `identity`: the one of this moment, asked at every handshake. */
export function tlsServerOptions(identity: () => Identity, asksForCertificate: boolean): ServerOptions {
  return {
    ...identity().first,
    SNICallback: (name, chosen) => chosen(null, identity().contextFor(name)),
    // What this server speaks. A client that offers other protocols alone is refused in the handshake (RFC 7301).
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: HANDSHAKE_TIME,
    requestCert: asksForCertificate,
    rejectUnauthorized: false,
  };
}
