import { createHmac, createSecretKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseCompactJws, type UnverifiedJws } from './compact-jws.ts';
import { SUBJECT_ALGORITHMS } from './port.ts';
import { fitsAlgorithm, verifySignature } from './verify-signature.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });

type Signer = (input: string) => Buffer;
const rs256 =
  (key: KeyObject): Signer =>
  (input) =>
    sign('sha256', Buffer.from(input), key);
const es256 =
  (key: KeyObject): Signer =>
  (input) =>
    sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });

function jws(header: object, signer: Signer): UnverifiedJws {
  const input = [header, { iss: 'https://issuer.test' }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const parsed = parseCompactJws(`${input}.${signer(input).toString('base64url')}`, 16_384);
  if (!parsed.ok) throw new Error('the test made a token that does not parse');
  return parsed.value;
}

describe('a signature', () => {
  it('verifies under the key that made it, RS256 and ES256', () => {
    expect(verifySignature(jws({ alg: 'RS256' }, rs256(rsa.privateKey)), rsa.publicKey)).toBe(true);
    expect(verifySignature(jws({ alg: 'ES256' }, es256(p256.privateKey)), p256.publicKey)).toBe(true);
  });

  it('does not verify under another key', () => {
    expect(verifySignature(jws({ alg: 'RS256' }, rs256(otherRsa.privateKey)), rsa.publicKey)).toBe(false);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(verifySignature(jws({ alg: 'ES256' }, es256(other.privateKey)), p256.publicKey)).toBe(false);
  });

  it('does not verify when one bit of it, or of what was signed, has changed', () => {
    for (const [token, key] of [
      [jws({ alg: 'RS256' }, rs256(rsa.privateKey)), rsa.publicKey],
      [jws({ alg: 'ES256' }, es256(p256.privateKey)), p256.publicKey],
    ] as const) {
      const signature = Buffer.from(token.signature);
      signature[10]! ^= 1;
      expect(verifySignature({ ...token, signature }, key)).toBe(false);
      const signingInput = Buffer.from(token.signingInput);
      signingInput[5]! ^= 1;
      expect(verifySignature({ ...token, signingInput }, key)).toBe(false);
    }
  });

  it('in DER is no JWS signature', () => {
    const der = jws({ alg: 'ES256' }, (input) => sign('sha256', Buffer.from(input), p256.privateKey));
    expect(verifySignature(der, p256.publicKey)).toBe(false);
  });

  it('of zeros never verifies (psychic signatures)', () => {
    expect(
      verifySignature(
        jws({ alg: 'ES256' }, () => Buffer.alloc(64)),
        p256.publicKey,
      ),
    ).toBe(false);
  });

  it('made with the public key as an HMAC secret never verifies', () => {
    const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' });
    const forged = jws({ alg: 'RS256' }, (input) => createHmac('sha256', pem).update(input).digest());
    expect(verifySignature(forged, rsa.publicKey)).toBe(false);
    expect(verifySignature(forged, createSecretKey(Buffer.from(pem)))).toBe(false);
  });

  it('is not checked with a key that a header brings along', () => {
    const jwk = otherRsa.publicKey.export({ format: 'jwk' });
    const forged = jws(
      {
        alg: 'RS256',
        jwk,
        jku: 'https://attacker.test/keys',
        x5u: 'https://attacker.test/cert',
        x5c: ['AA=='],
      },
      rs256(otherRsa.privateKey),
    );
    expect(verifySignature(forged, rsa.publicKey)).toBe(false);
  });
});

describe('one key, one algorithm', () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const k256 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
  const ed = generateKeyPairSync('ed25519');

  const fitting = (key: KeyObject) => SUBJECT_ALGORITHMS.filter((algorithm) => fitsAlgorithm(key, algorithm));

  it('an RSA key of 1,024 bits is not used, however good its signature', () => {
    expect(verifySignature(jws({ alg: 'RS256' }, rs256(weak.privateKey)), weak.publicKey)).toBe(false);
  });

  it('another curve is not P-256, however good its signature', () => {
    expect(verifySignature(jws({ alg: 'ES256' }, es256(k256.privateKey)), k256.publicKey)).toBe(false);
    expect(verifySignature(jws({ alg: 'ES256' }, es256(p384.privateKey)), p384.publicKey)).toBe(false);
  });

  it('an RSA signature under the name ES256, or the other way round, does not verify', () => {
    expect(verifySignature(jws({ alg: 'ES256' }, rs256(rsa.privateKey)), rsa.publicKey)).toBe(false);
    const der: Signer = (input) => sign('sha256', Buffer.from(input), p256.privateKey);
    expect(verifySignature(jws({ alg: 'RS256' }, der), p256.publicKey)).toBe(false);
  });

  it('a key of another kind fits none', () => {
    const ed448 = generateKeyPairSync('ed448');
    const x25519 = generateKeyPairSync('x25519');
    const secret = createSecretKey(Buffer.alloc(32));
    for (const key of [pss.publicKey, k256.publicKey, ed448.publicKey, x25519.publicKey, secret])
      expect(fitting(key)).toEqual([]);
  });

  it('a private key fits none: whoever holds it can sign, and it has no business here', () => {
    for (const { privateKey } of [rsa, p256, p384, ed]) expect(fitting(privateKey)).toEqual([]);
  });

  it('a curve fits the algorithm of its size alone', () => {
    const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' });
    expect([p256, p384, p521].map(({ publicKey }) => fitting(publicKey))).toEqual([
      ['ES256'],
      ['ES384'],
      ['ES512'],
    ]);
    expect(fitting(ed.publicKey)).toEqual(['EdDSA', 'Ed25519']);
  });

  it('a key with an exponent of one or without end does not fit', () => {
    const details = (publicExponent: bigint, modulusLength = 2048) =>
      ({
        type: 'public',
        asymmetricKeyType: 'rsa',
        asymmetricKeyDetails: { publicExponent, modulusLength },
      }) as KeyObject;
    expect(fitsAlgorithm(details(65_537n), 'RS256')).toBe(true);
    expect(fitsAlgorithm(details(1n), 'RS256')).toBe(false);
    expect(fitsAlgorithm(details(2n ** 64n + 1n), 'RS256')).toBe(false);
    expect(fitsAlgorithm(details(3n, 8192), 'RS256')).toBe(true);
    expect(fitsAlgorithm(details(3n, 8193), 'RS256')).toBe(false);
    expect(fitsAlgorithm(details(3n, 2047), 'RS256')).toBe(false);
  });
});
