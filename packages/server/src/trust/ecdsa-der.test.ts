import { generateKeyPairSync, sign, verify } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ecdsaSignatureToDer } from './ecdsa-der.ts';

/** Curve, hash and bytes of a coordinate, as RFC 7518 section 3.4 pairs them. */
const CURVES = [
  ['P-256', 'sha256', 32],
  ['P-384', 'sha384', 48],
  ['P-521', 'sha512', 66],
] as const;

describe('an ECDSA signature in DER', () => {
  it.each(CURVES)('on %s verifies what OpenSSL signed, for any message', (namedCurve, hash, coordinate) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
    fc.assert(
      fc.property(fc.uint8Array(), (message) => {
        const raw = sign(hash, message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
        const der = ecdsaSignatureToDer(raw, coordinate);
        expect(der && verify(hash, message, publicKey, der)).toBe(true);
      }),
    );
  });

  it.each([
    [32, '01', '01', '3006020101020101'],
    [32, '7f', '80', '300702017f02020080'],
    [32, 'ff', '0100', '3008020200ff02020100'],
    [32, 'ff'.repeat(32), 'ff'.repeat(32), `3046022100${'ff'.repeat(32)}022100${'ff'.repeat(32)}`],
    [48, 'ff'.repeat(48), '01', `3036023100${'ff'.repeat(48)}020101`],
    // 127 bytes still fit into one byte of length, 128 take two (X.690 section 8.1.3).
    [66, '01'.repeat(61), '01'.repeat(62), `307f023d${'01'.repeat(61)}023e${'01'.repeat(62)}`],
    [66, '01'.repeat(62), '01'.repeat(62), `308180023e${'01'.repeat(62)}023e${'01'.repeat(62)}`],
  ])('of %i bytes a half writes r %s and s %s in the shortest form', (coordinate, r, s, der) => {
    const digits = 2 * coordinate;
    const raw = Buffer.from(r.padStart(digits, '0') + s.padStart(digits, '0'), 'hex');
    expect(Buffer.from(ecdsaSignatureToDer(raw, coordinate) ?? []).toString('hex')).toBe(der);
  });

  it.each(CURVES)(
    'on %s does not exist for a zero half, which a careless verifier takes for every message',
    (_curve, _hash, coordinate) => {
      const raw = Buffer.alloc(2 * coordinate);
      expect(ecdsaSignatureToDer(raw, coordinate)).toBeUndefined();
      expect(ecdsaSignatureToDer(Buffer.from(raw).fill(1, 0, coordinate), coordinate)).toBeUndefined();
      expect(ecdsaSignatureToDer(Buffer.from(raw).fill(1, coordinate), coordinate)).toBeUndefined();
    },
  );

  it.each([0, 1, 63, 65, 70, 72, 96, 128, 132])('on P-256 does not exist for %i bytes', (length) => {
    expect(ecdsaSignatureToDer(Buffer.alloc(length, 1), 32)).toBeUndefined();
  });
});
