import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject } from 'node:crypto';
import type { PublicJwk, SigningKey } from './port.ts';

/** ES256 key pairs: made here, and read back from the PKCS #8 that was sealed. */

/** Makes a key pair. */
export function makeSigningKey(): SigningKey {
  return signingKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
}

/** What is sealed: PKCS #8, DER. */
export function exportSigningKey(key: SigningKey): Uint8Array {
  return key.privateKey.export({ type: 'pkcs8', format: 'der' });
}

/** Reads what {@link exportSigningKey} gave. It came out of a seal of ours, so anything else is a fault and throws. */
export function importSigningKey(der: Uint8Array): SigningKey {
  return signingKey(createPrivateKey({ key: Buffer.from(der), type: 'pkcs8', format: 'der' }));
}

/**
 * The public half is always computed from the private one. A public key that were read from storage could be
 * somebody else's, and every upstream would then believe that somebody's assertions.
 */
function signingKey(privateKey: KeyObject): SigningKey {
  const { kty, crv, x, y } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (kty !== 'EC' || crv !== 'P-256' || x === undefined || y === undefined) {
    throw new Error('a signing key is not on P-256');
  }
  const kid = thumbprint(x, y);
  const jwk: PublicJwk = { kty, crv, x, y, kid, use: 'sig', alg: 'ES256' };
  return { kid, privateKey, jwk: Object.freeze(jwk) };
}

/** RFC 7638 section 3.2: the required members alone, in lexicographic order, without white space. */
function thumbprint(x: string, y: string): string {
  return hash('sha256', `{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`, 'base64url');
}
