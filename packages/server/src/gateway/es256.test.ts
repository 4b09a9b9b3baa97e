import { generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derToRaw, signEs256 } from './es256.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

describe('ES256 signatures', () => {
  it('are accepted by a verifier of raw signatures, whatever the message', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const message = Buffer.from(text, 'utf8').toString('base64url');
        const signature = Buffer.from(signEs256(message, privateKey), 'base64url');
        const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
        expect(signature).toHaveLength(64);
        expect(verify('sha256', Buffer.from(message), key, signature)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('pads numbers that DER writes shorter or longer than 32 bytes', () => {
    const integer = (bytes: number[]): number[] => [2, bytes.length, ...bytes];
    const r = integer([7]);
    const s = integer([0, ...Array.from({ length: 32 }, () => 0xff)]);
    const raw = derToRaw(Buffer.from([0x30, r.length + s.length, ...r, ...s]));
    expect(raw.subarray(0, 32).toString('hex')).toBe(`${'00'.repeat(31)}07`);
    expect(raw.subarray(32).toString('hex')).toBe('ff'.repeat(32));
  });

  it('agree with the raw form that node:crypto makes itself', () => {
    const der = sign('sha256', Buffer.from('x'), privateKey);
    const raw = derToRaw(der);
    const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
    expect(verify('sha256', Buffer.from('x'), key, raw)).toBe(true);
  });
});
