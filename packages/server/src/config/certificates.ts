import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { err, ok, type Result } from '@countersign/core';
import { alternativeNames } from './alternative-names.ts';

/** What is wrong with certificates and keys that the file names. No message holds any of a key. */

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * What is wrong with the content of `ca_file`; `undefined` when nothing is. Node would pass over what is no certificate,
 * and the connection would fail later with words about the certificate of the issuer.
 */
export function certificatesFault(text: string): string | undefined {
  if (text.includes('PRIVATE KEY-----')) return 'expected certificates alone: this file holds a private key';
  const found = text.match(CERTIFICATE) ?? [];
  return found.length > 0 && found.every((pem) => parsed(pem) !== undefined)
    ? undefined
    : 'expected a PEM file with at least one certificate, every one readable';
}

/** Of a certificate that a server shows. */
export interface ServerCertificate {
  /** Names by which it is chosen: DNS names, lower case. */
  readonly names: readonly string[];
  /** Until when all certificates of the file are valid: epoch milliseconds. */
  readonly validUntil: number;
}

/** A certificate (with its intermediates behind it) and its key, tried out; the fault says which of the two is meant. */
export function serverCertificate(
  cert: string,
  key: string,
): Result<ServerCertificate, { readonly of: 'cert' | 'key'; readonly message: string }> {
  const fault = certificatesFault(cert);
  if (fault !== undefined) return err({ of: 'cert', message: fault });
  const chain = (cert.match(CERTIFICATE) ?? []).map((pem) => new X509Certificate(pem));
  const [leaf] = chain;
  const privateKey = parsedKey(key);
  if (!leaf || !privateKey)
    return err({ of: 'key', message: 'expected a private key in PEM, without a passphrase' });
  if (!leaf.checkPrivateKey(privateKey))
    return err({ of: 'key', message: 'expected the key of the first certificate in cert' });
  const names = alternativeNames(leaf);
  if (!names) return err({ of: 'cert', message: 'expected a certificate with names that can be read' });
  // The library has the last word: it takes no key that is too short, for one.
  if (!isServed(cert, key))
    return err({ of: 'cert', message: 'expected a certificate and a key that TLS takes' });
  return ok({ names: names.dns, validUntil: validUntil(chain) });
}

/**
 * What is wrong with authorities for clients. A chain has to end in one that signed itself: the library takes no other
 * for an end, and every client would be a stranger, for no reason that anybody could see.
 */
export function authoritiesFault(text: string): string | undefined {
  const fault = certificatesFault(text);
  if (fault !== undefined) return fault;
  const all = (text.match(CERTIFICATE) ?? []).map((pem) => new X509Certificate(pem));
  const isComplete = all.every((one) => all.some((other) => one.checkIssued(other)));
  return isComplete
    ? undefined
    : 'expected whole chains: the issuer of every authority, up to one that signed itself';
}

/** Until when every certificate of a PEM file is valid: epoch milliseconds. */
export function endOf(pem: string): number {
  return validUntil((pem.match(CERTIFICATE) ?? []).map((text) => new X509Certificate(text)));
}

function validUntil(certificates: readonly X509Certificate[]): number {
  return Math.min(...certificates.map(({ validTo }) => Date.parse(validTo)));
}

function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function parsedKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function isServed(cert: string, key: string): boolean {
  try {
    createSecureContext({ cert, key });
    return true;
  } catch {
    return false;
  }
}
