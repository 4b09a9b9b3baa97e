import { X509Certificate } from 'node:crypto';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * What is wrong with the content of `ca_file`; `undefined` when nothing is. Node would pass over what is no certificate,
 * and the connection would fail later with words about the certificate of the issuer.
 */
export function certificatesFault(text: string): string | undefined {
  if (text.includes('PRIVATE KEY-----')) return 'expected certificates alone: this file holds a private key';
  const found = text.match(CERTIFICATE) ?? [];
  return found.length > 0 && found.every(isCertificate)
    ? undefined
    : 'expected a PEM file with at least one certificate, every one readable';
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
