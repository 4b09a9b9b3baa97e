import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newUserCode, readUserCode, shownCode } from './user-code.ts';

const random = { bytes: (length: number) => new Uint8Array(randomBytes(length)) };

describe('a user code', () => {
  it('has eight letters that nobody mistakes for each other, in two groups', () => {
    for (let each = 0; each < 200; each += 1)
      expect(shownCode(newUserCode(random))).toMatch(/^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/);
  });

  it('is as likely to begin with any letter as with another', () => {
    // Bytes from 240 on would come upon the first sixteen letters once more.
    let next = 0;
    const counting = { bytes: (length: number) => Uint8Array.from({ length }, () => next++ % 256) };
    const counts = new Map<string, number>();
    for (let each = 0; each < 3000; each += 1)
      for (const letter of newUserCode(counting)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    const all = [...counts.values()];
    expect(counts.size).toBe(20);
    expect(Math.max(...all) - Math.min(...all)).toBeLessThan(30);
  });

  it('is read as people type it', () => {
    for (const typed of ['BCDF-GHJK', 'bcdf ghjk', ' bcdfghjk ', 'B.C.D.F.G.H.J.K', 'bcdf–ghjk'])
      expect(readUserCode(typed)).toBe('BCDFGHJK');
  });

  it('is nothing else, whatever was typed', () => {
    for (const typed of ['', 'BCDFGHJ', 'BCDFGHJKL', 'ABCDFGHJ', 'BCDFGHJ0', 'B'.repeat(100)])
      expect(readUserCode(typed)).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (typed) => {
        expect(readUserCode(typed) ?? 'BBBBBBBB').toMatch(/^[B-DF-HJ-NP-TV-XZ]{8}$/);
      }),
    );
  });
});
