import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MAX_KEYS, parseKeySet, type KeySet } from './jwks.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rsa2 = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = (key: KeyObject) => key.export({ format: 'jwk' });
const RSA = jwk(rsa.publicKey);
const RSA2 = jwk(rsa2.publicKey);
const EC = jwk(ec.publicKey);

function set(...keys: unknown[]): KeySet {
  const parsed = parseKeySet(Buffer.from(JSON.stringify({ keys })));
  if (!parsed.ok) throw new Error('the test made a set that does not parse');
  return parsed.value;
}

describe('a key set', () => {
  it('finds a key by kid and algorithm', () => {
    const keys = set({ ...RSA, kid: 'a' }, { ...EC, kid: 'b' });
    expect(keys.find('a', 'RS256')?.equals(rsa.publicKey)).toBe(true);
    expect(keys.find('b', 'ES256')?.equals(ec.publicKey)).toBe(true);
    expect(keys.find('c', 'RS256')).toBeUndefined();
  });

  it('gives the same prepared key each time', () => {
    const keys = set({ ...RSA, kid: 'a' });
    expect(keys.find('a', 'RS256')).toBe(keys.find('a', 'RS256'));
  });

  it('never gives a key for another algorithm than its own', () => {
    const keys = set({ ...RSA, kid: 'a' }, { ...EC, kid: 'b' });
    expect(keys.find('a', 'ES256')).toBeUndefined();
    expect(keys.find('b', 'RS256')).toBeUndefined();
  });

  it('keeps an RSA and an EC key under one kid apart', () => {
    const keys = set({ ...RSA, kid: 'a' }, { ...EC, kid: 'a' });
    expect(keys.find('a', 'RS256')?.asymmetricKeyType).toBe('rsa');
    expect(keys.find('a', 'ES256')?.asymmetricKeyType).toBe('ec');
  });

  it('gives neither of two different keys under one kid, and either of two that are the same', () => {
    expect(set({ ...RSA, kid: 'a' }, { ...RSA2, kid: 'a' }).find('a', 'RS256')).toBeUndefined();
    expect(
      set({ ...RSA, kid: 'a' }, { ...RSA2, kid: 'a' }, { ...RSA, kid: 'a' }).find('a', 'RS256'),
    ).toBeUndefined();
    expect(set({ ...RSA, kid: 'a' }, { ...RSA, kid: 'a', use: 'sig' }).find('a', 'RS256')).toBeDefined();
  });

  it('serves a token without kid only where there is one key to choose from', () => {
    expect(set(RSA).find(undefined, 'RS256')).toBeDefined();
    expect(set(RSA, EC).find(undefined, 'RS256')).toBeDefined();
    expect(set({ ...RSA, kid: 'a' }).find(undefined, 'RS256')).toBeDefined();
    expect(set(RSA, { ...RSA2, kid: 'a' }).find(undefined, 'RS256')).toBeUndefined();
    expect(set(RSA, RSA2).find(undefined, 'RS256')).toBeUndefined();
  });

  it('serves no token with a kid from a key without one', () => {
    expect(set(RSA).find('a', 'RS256')).toBeUndefined();
    expect(set(RSA).find('undefined', 'RS256')).toBeUndefined();
    expect(set(RSA).find('', 'RS256')).toBeUndefined();
  });

  it('takes a kid for a name and nothing else', () => {
    const keys = set({ ...RSA, kid: '../../etc/passwd' });
    expect(keys.find('../../etc/passwd', 'RS256')).toBeDefined();
    expect(keys.find('__proto__', 'RS256')).toBeUndefined();
    expect(keys.find('constructor', 'RS256')).toBeUndefined();
  });
});

describe('a key that is left out', () => {
  const weak = jwk(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey);
  const p384 = jwk(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey);
  const k256 = jwk(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey);
  const ed = jwk(generateKeyPairSync('ed25519').publicKey);

  it.each([
    ['a shared secret', { kty: 'oct', k: 'c2VjcmV0' }],
    ['a shared secret that says RS256', { kty: 'oct', k: 'c2VjcmV0', alg: 'RS256' }],
    ['a public key with a secret beside it', { ...RSA, k: 'c2VjcmV0' }],
    ['a private RSA key', jwk(rsa.privateKey)],
    ['a private EC key', jwk(ec.privateKey)],
    ['RSA with 1,024 bits', weak],
    ['RSA with more than 8,192 bits', { ...RSA, n: `1${'A'.repeat(1366)}` }],
    ['RSA with an exponent of one', { ...RSA, e: 'AQ' }],
    ['RSA with a huge exponent', { ...RSA, e: Buffer.alloc(16, 0xff).toString('base64url') }],
    ['RSA without modulus', { kty: 'RSA', e: 'AQAB' }],
    ['P-384', p384],
    ['P-384 that says ES256', { ...p384, alg: 'ES256' }],
    ['secp256k1', k256],
    ['a secp256k1 point that says P-256', { ...k256, crv: 'P-256' }],
    ['Ed25519', ed],
    ['a point that is not on the curve', { ...EC, y: EC.x }],
    [
      'the point at infinity',
      { ...EC, x: Buffer.alloc(32).toString('base64url'), y: Buffer.alloc(32).toString('base64url') },
    ],
    ['an encryption key', { ...RSA, use: 'enc' }],
    ['a key whose use is no string', { ...RSA, use: ['sig'] }],
    ['a key that must not verify', { ...RSA, key_ops: ['encrypt'] }],
    ['an RSA key for PS256', { ...RSA, alg: 'PS256' }],
    ['an RSA key that says HS256', { ...RSA, alg: 'HS256' }],
    ['an RSA key that says ES256', { ...RSA, alg: 'ES256' }],
    ['an RSA key that says rs256', { ...RSA, alg: 'rs256' }],
    ['a kid that is no string', { ...RSA, kid: 1 }],
    ['a kid that is too long', { ...RSA, kid: 'k'.repeat(257) }],
    ['a number', 1],
    ['nothing', null],
    ['an array', [RSA]],
  ])('%s, while the others serve', (_name, key) => {
    const keys = set(key, { ...EC, kid: 'good' });
    expect({ size: keys.size, unusable: keys.unusable }).toEqual({ size: 1, unusable: 1 });
    expect(keys.find(undefined, 'RS256')).toBeUndefined();
    expect(keys.find('good', 'ES256')?.equals(ec.publicKey)).toBe(true);
  });

  it('does not include one that says sig, verify and its algorithm', () => {
    const keys = set({
      ...RSA,
      use: 'sig',
      alg: 'RS256',
      key_ops: ['verify'],
      kid: 'k'.repeat(256),
      x5c: ['ignored'],
    });
    expect(keys.size).toBe(1);
  });

  it('does not include RSA with 8,192 bits', () => {
    // No test can wait for such a key pair: any odd number of that length does for a public key.
    const n = Buffer.alloc(1024, 0xff).toString('base64url');
    expect(
      createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' }).asymmetricKeyDetails
        ?.modulusLength,
    ).toBe(8192);
    expect(set({ kty: 'RSA', n, e: 'AQAB' }).size).toBe(1);
  });
});

describe('what is no key set', () => {
  it.each(['', 'x', '[]', 'null', '{}', '{"keys":{}}', '{"keys":"none"}', '{"keys":[],"keys":[]}'])(
    '%s',
    (text) => {
      expect(parseKeySet(Buffer.from(text))).toEqual({ ok: false, error: 'malformed' });
    },
  );

  it('is one of more than a hundred keys; a hundred are', () => {
    const parse = (length: number) =>
      parseKeySet(Buffer.from(JSON.stringify({ keys: Array.from({ length }, () => EC) })));
    expect(parse(MAX_KEYS).ok).toBe(true);
    expect(parse(MAX_KEYS + 1).ok).toBe(false);
  });

  it('is one that is nested beyond reason', () => {
    expect(parseKeySet(Buffer.from(`{"keys":${'['.repeat(200_000)}`)).ok).toBe(false);
  });

  it('is not an empty one: an issuer may withdraw all its keys', () => {
    expect(set().size).toBe(0);
  });
});
