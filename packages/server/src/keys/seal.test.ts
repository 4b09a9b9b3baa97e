import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyPlace, open, seal } from './seal.ts';

const keyOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const PLACE = keyPlace('assertion', 'kid');
const secret = new TextEncoder().encode('the private half');

describe('seal and open', () => {
  it('give back any plaintext, and only under the key and the place it was sealed for', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (plaintext) => {
        const sealed = seal([keyOf(1)], PLACE, plaintext);
        expect(Buffer.from(open([keyOf(1)], PLACE, sealed) ?? [0])).toEqual(Buffer.from(plaintext));
        expect(open([keyOf(2)], PLACE, sealed)).toBeUndefined();
        expect(open([keyOf(1)], keyPlace('checksum', 'kid'), sealed)).toBeUndefined();
        expect(open([keyOf(1)], keyPlace('assertion', 'other'), sealed)).toBeUndefined();
      }),
      { examples: [[secret]] },
    );
  });

  it('seal under the first key, open with all', () => {
    const old = seal([keyOf(1)], PLACE, secret);
    const renewed = seal([keyOf(2), keyOf(1)], PLACE, secret);
    expect(open([keyOf(2), keyOf(1)], PLACE, old)).toBeDefined();
    expect(open([keyOf(2)], PLACE, renewed)).toBeDefined();
    expect(open([keyOf(1)], PLACE, renewed)).toBeUndefined();
    expect(open([], PLACE, renewed)).toBeUndefined();
    expect(() => seal([], PLACE, secret)).toThrow('without an encryption key');
  });

  it('notice any changed bit, anywhere', () => {
    const sealed = Buffer.from(seal([keyOf(1)], PLACE, secret), 'base64url');
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(open([keyOf(1)], PLACE, changed.toString('base64url'))).toBeUndefined();
    }
  });

  it('take nothing that is too short to hold nonce and tag', () => {
    const sealed = Buffer.from(seal([keyOf(1)], PLACE, new Uint8Array()), 'base64url');
    expect(sealed.length).toBe(28);
    for (let length = 0; length < 28; length += 1) {
      expect(open([keyOf(1)], PLACE, sealed.subarray(0, length).toString('base64url'))).toBeUndefined();
    }
  });

  it('never use a nonce twice', () => {
    const nonces = Array.from({ length: 200 }, () => seal([keyOf(1)], PLACE, secret).slice(0, 16));
    expect(new Set(nonces).size).toBe(200);
  });
});
