import { createHash } from 'node:crypto';
import { parseOpaque, TOKEN_PREFIXES } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { createChecksumRing } from '../keys/checksum-ring.ts';
import { hashOf, mintToken } from './issue.ts';

const checksums = createChecksumRing(new Uint8Array(32).fill(7), []);

describe('mintToken', () => {
  it.each(TOKEN_PREFIXES)('makes %s values that carry our checksum, and their SHA-256', (prefix) => {
    let drawn = 0;
    const random = { bytes: (length: number) => new Uint8Array(length).fill((drawn += 1)) };
    const { value, hash } = mintToken({ random, checksums }, prefix);
    const parsed = parseOpaque(value);
    expect(parsed?.prefix).toBe(prefix);
    expect(checksums.verify(parsed?.body ?? '', parsed?.checksum ?? '')).toBe(true);
    expect(Buffer.from(hash)).toEqual(createHash('sha256').update(value).digest());
    expect(mintToken({ random, checksums }, prefix).value).not.toBe(value);
  });

  it('hashes the whole value: one character more is another token', () => {
    expect(Buffer.from(hashOf('a'))).not.toEqual(Buffer.from(hashOf('aa')));
  });
});
