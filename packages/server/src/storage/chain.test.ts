import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createChain, GENESIS, linkHash } from './chain.ts';

const WRITER = `wrt_${'0'.repeat(26)}`;
const bytes = (value: number): Buffer => Buffer.alloc(32, value);
const text = (value: number): string => bytes(value).toString('base64url');

describe('a link', () => {
  it('is the SHA-256 of the hash before, the writer, the place in eight bytes, and the digest', () => {
    const expected = createHash('sha256')
      .update(bytes(1))
      .update(WRITER)
      .update(Buffer.from('0000000100000002', 'hex'))
      .update(bytes(2))
      .digest('base64url');
    expect(linkHash(text(1), WRITER, 2 ** 32 + 2, text(2))).toBe(expected);
  });
});

describe('a chain', () => {
  it('begins with 32 zero bytes before its first link, at 1', () => {
    const chain = createChain(WRITER);
    expect(chain.head()).toEqual({ n: 0, hash: GENESIS });
    const hash = linkHash(text(0), WRITER, 1, text(7));
    expect(GENESIS).toBe(text(0));
    expect(chain.append(text(7))).toEqual([WRITER, 1, text(0), hash]);
    expect(chain.append(text(7)).slice(0, 3)).toEqual([WRITER, 2, hash]);
  });

  it('goes on from where it was set back to, as if nothing had been added since', () => {
    const chain = createChain(WRITER);
    chain.append(text(1));
    const before = chain.head();
    const second = chain.append(text(2));
    chain.append(text(3));
    chain.reset(before);
    expect(chain.append(text(2))).toEqual(second);
  });
});
