import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MAX_KEYS, parseKeySet, readKeySet, type KeySet } from './jwks.ts';
import { SUBJECT_ALGORITHMS } from './port.ts';

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
    ['a shared secret', { kty: 'oct', k: 'c2VjcmV0' }, 'secret'],
    ['a shared secret that says RS256', { kty: 'oct', k: 'c2VjcmV0', alg: 'RS256' }, 'secret'],
    ['a public key with a secret beside it', { ...RSA, k: 'c2VjcmV0' }, 'secret'],
    ['a private RSA key', jwk(rsa.privateKey), 'secret'],
    ['a private EC key', jwk(ec.privateKey), 'secret'],
    ['RSA with 1,024 bits', weak, 'size'],
    ['RSA with more than 8,192 bits', { ...RSA, n: `1${'A'.repeat(1366)}` }, 'size'],
    ['RSA with an exponent of one', { ...RSA, e: 'AQ' }, 'size'],
    ['RSA with a huge exponent', { ...RSA, e: Buffer.alloc(16, 0xff).toString('base64url') }, 'size'],
    ['RSA without modulus', { kty: 'RSA', e: 'AQAB' }, 'malformed'],
    ['P-384 that says ES256', { ...p384, alg: 'ES256' }, 'algorithm'],
    ['secp256k1', k256, 'algorithm'],
    ['a secp256k1 point that says P-256', { ...k256, crv: 'P-256' }, 'malformed'],
    ['a point that is not on the curve', { ...EC, y: EC.x }, 'malformed'],
    [
      'the point at infinity',
      { ...EC, x: Buffer.alloc(32).toString('base64url'), y: Buffer.alloc(32).toString('base64url') },
      'malformed',
    ],
    ['Ed448', jwk(generateKeyPairSync('ed448').publicKey), 'algorithm'],
    ['Ed448 that says EdDSA', { ...jwk(generateKeyPairSync('ed448').publicKey), alg: 'EdDSA' }, 'algorithm'],
    ['X25519', jwk(generateKeyPairSync('x25519').publicKey), 'algorithm'],
    ['Ed25519 that says ES256', { ...ed, alg: 'ES256' }, 'algorithm'],
    ['Ed25519 with half a point', { ...ed, x: 'AAAA' }, 'malformed'],
    ['an RSA key that says none', { ...RSA, alg: 'none' }, 'algorithm'],
    ['an RSA key whose alg is a list', { ...RSA, alg: ['RS256'] }, 'algorithm'],
    ['a type of two words', { ...RSA, kty: 'RSA ' }, 'algorithm'],
    ['an encryption key', { ...RSA, use: 'enc' }, 'use'],
    ['a key whose use is no string', { ...RSA, use: ['sig'] }, 'use'],
    ['a key that must not verify', { ...RSA, key_ops: ['encrypt'] }, 'key_ops'],
    ['an RSA key that says HS256', { ...RSA, alg: 'HS256' }, 'algorithm'],
    ['an RSA key that says ES256', { ...RSA, alg: 'ES256' }, 'algorithm'],
    ['an RSA key that says rs256', { ...RSA, alg: 'rs256' }, 'algorithm'],
    ['a kid that is no string', { ...RSA, kid: 1 }, 'kid'],
    ['a kid that is too long', { ...RSA, kid: 'k'.repeat(257) }, 'kid'],
    ['a number', 1, 'not_a_key'],
    ['nothing', null, 'not_a_key'],
    ['an array', [RSA], 'not_a_key'],
  ])('%s, while the others serve', (_name, key, fault) => {
    const keys = set(key, { ...EC, kid: 'good' });
    expect({ size: keys.size, unusable: keys.unusable }).toEqual({ size: 1, unusable: 1 });
    expect(keys.keys[0]).toMatchObject({ fault });
    for (const algorithm of SUBJECT_ALGORITHMS.filter((name) => name !== 'ES256'))
      expect(keys.find(undefined, algorithm)).toBeUndefined();
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

describe('the one algorithm of a key', () => {
  const OKP = jwk(generateKeyPairSync('ed25519').publicKey);
  const curve = (namedCurve: string) => jwk(generateKeyPairSync('ec', { namedCurve }).publicKey);
  const served = (key: object) => {
    const keys = set({ ...key, kid: 'a' });
    return SUBJECT_ALGORITHMS.filter((algorithm) => keys.find('a', algorithm) !== undefined);
  };

  it.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])(
    'is %s for an RSA key that says so',
    (alg) => {
      expect(served({ ...RSA, alg })).toEqual([alg]);
    },
  );

  it('is RS256 for an RSA key that does not say: Azure and Kubernetes publish such keys', () => {
    expect(served(RSA)).toEqual(['RS256']);
  });

  it.each([
    ['P-256', 'ES256'],
    ['P-384', 'ES384'],
    ['P-521', 'ES512'],
  ])('follows from the curve %s: %s', (namedCurve, alg) => {
    expect(served(curve(namedCurve))).toEqual([alg]);
    expect(served({ ...curve(namedCurve), alg })).toEqual([alg]);
  });

  it.each([undefined, 'EdDSA', 'Ed25519'])(
    'is Ed25519 under both its names for a key on that curve (alg: %s)',
    (alg) => {
      expect(served({ ...OKP, ...(alg && { alg }) })).toEqual(['EdDSA', 'Ed25519']);
    },
  );

  it('is one even where the same RSA key is published for two: each under its own entry', () => {
    const keys = set({ ...RSA, kid: 'a', alg: 'RS256' }, { ...RSA, kid: 'a', alg: 'PS256' });
    expect(keys.find('a', 'PS256')).toBeDefined();
    expect(keys.find('a', 'RS512')).toBeUndefined();
  });
});

describe('what a key says of itself', () => {
  it('is kept, also of one that is left out, but no more of it than a person reads', () => {
    const kty = 'k'.repeat(33);
    expect(set({ kty, kid: 'a', crv: 1, alg: 'x' }).keys).toEqual([
      { kid: 'a', kty: 'k'.repeat(32), alg: 'x', fault: 'algorithm' },
    ]);
  });
});

describe('a key set that was written by hand', () => {
  const text = (...keys: object[]) => JSON.stringify({ keys });

  it('is read like one that was fetched', () => {
    const read = readKeySet(text({ ...RSA, kid: 'a' }, { kty: 'future' }));
    expect(read.ok && read.value.find('a', 'RS256')?.equals(rsa.publicKey)).toBe(true);
  });

  it.each(['', '{}', '[]', 'null', '{"keys":[],"keys":[]}', '-----BEGIN PUBLIC KEY-----'])(
    'is not %s',
    (document) => {
      expect(readKeySet(document)).toEqual({ ok: false, error: 'malformed' });
    },
  );

  it('is refused when no key of it can be used: it would serve nobody, and nothing would mend it', () => {
    expect(readKeySet(text())).toEqual({ ok: false, error: 'unusable' });
    expect(readKeySet(text({ kty: 'future' }))).toEqual({ ok: false, error: 'unusable' });
  });

  it('is refused when one key of it is secret, however good the others are', () => {
    for (const key of [jwk(rsa.privateKey), { kty: 'oct', k: 'AA' }])
      expect(readKeySet(text(RSA, key))).toEqual({ ok: false, error: 'secret' });
  });

  it('is at most as long as one that is fetched', () => {
    const whole = text(RSA).padEnd(256 * 1024);
    expect(readKeySet(whole).ok).toBe(true);
    expect(readKeySet(`${whole} `)).toEqual({ ok: false, error: 'malformed' });
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
