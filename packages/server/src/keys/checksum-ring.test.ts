import { describe, expect, it } from 'vitest';
import { createChecksumRing } from './checksum-ring.ts';

const BODY = `cso_${'a'.repeat(32)}`;

describe('the checksum ring', () => {
  const secretOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

  it('knows what it made, under the active key and under the others', () => {
    const old = createChecksumRing(secretOf(1), []).checksum(BODY);
    const ring = createChecksumRing(secretOf(2), [secretOf(1)]);
    expect(ring.checksum(BODY)).toMatch(/^[0-9A-Za-z]{6}$/);
    expect(ring.checksum(BODY)).not.toBe(old);
    expect(ring.verify(BODY, ring.checksum(BODY))).toBe(true);
    expect(ring.verify(BODY, old)).toBe(true);
    expect(createChecksumRing(secretOf(2), []).verify(BODY, old)).toBe(false);
  });

  it('knows nothing else: another body, another length, another text', () => {
    const ring = createChecksumRing(secretOf(1), []);
    const checksum = ring.checksum(BODY);
    expect(ring.verify(`${BODY}a`, checksum)).toBe(false);
    for (const wrong of [
      '',
      checksum.slice(1),
      `${checksum}0`,
      checksum.toLowerCase() + '\u0000',
      'é'.repeat(3),
    ]) {
      expect(ring.verify(BODY, wrong)).toBe(false);
    }
  });
});
