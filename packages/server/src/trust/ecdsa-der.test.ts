import { generateKeyPairSync, sign, verify } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ecdsaSignatureToDer } from './ecdsa-der.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

describe('an ECDSA signature in DER', () => {
  it('verifies what OpenSSL signed, for any message', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (message) => {
        const raw = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
        const der = ecdsaSignatureToDer(raw);
        expect(der && verify('sha256', message, publicKey, der)).toBe(true);
      }),
    );
  });

  it.each([
    ['01', '01', '3006020101020101'],
    ['7f', '80', '300702017f02020080'],
    ['ff', '0100', '3008020200ff02020100'],
    ['ff'.repeat(32), 'ff'.repeat(32), `3046022100${'ff'.repeat(32)}022100${'ff'.repeat(32)}`],
  ])('writes r %s and s %s in the shortest form', (r, s, der) => {
    const raw = Buffer.from(r.padStart(64, '0') + s.padStart(64, '0'), 'hex');
    expect(Buffer.from(ecdsaSignatureToDer(raw) ?? []).toString('hex')).toBe(der);
  });

  it('does not exist for a zero half, which a careless verifier takes for every message', () => {
    expect(ecdsaSignatureToDer(Buffer.alloc(64))).toBeUndefined();
    expect(ecdsaSignatureToDer(Buffer.alloc(64).fill(1, 0, 32))).toBeUndefined();
    expect(ecdsaSignatureToDer(Buffer.alloc(64).fill(1, 32))).toBeUndefined();
  });

  it.each([0, 1, 63, 65, 70, 72, 128])('does not exist for %i bytes', (length) => {
    expect(ecdsaSignatureToDer(Buffer.alloc(length, 1))).toBeUndefined();
  });
});
