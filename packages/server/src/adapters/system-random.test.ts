import { describe, expect, it } from 'vitest';
import { createSystemRandom, MAX_LENGTH, POOL } from './system-random.ts';

describe('random bytes', () => {
  it('come in the length that was asked for, and never twice', () => {
    const random = createSystemRandom();
    const seen = new Set<string>();
    for (let n = 0; n < 5000; n += 1) seen.add(Buffer.from(random.bytes(16)).toString('hex'));
    expect(seen.size).toBe(5000);
    expect([...seen].every((bytes) => bytes.length === 32)).toBe(true);
  });

  it('are drawn a pool at a time, and every byte of it is given once', () => {
    let fills = 0;
    const random = createSystemRandom((pool) => {
      fills += 1;
      pool.forEach((_, at) => (pool[at] = (at * fills) % 251));
    });
    const given: number[] = [];
    while (given.length < POOL) given.push(...random.bytes(32));
    expect(fills).toBe(1);
    expect(given).toEqual(Array.from({ length: POOL }, (_, at) => at % 251));
    random.bytes(1);
    expect(fills).toBe(2);
  });

  it('leave nothing behind in the pool, and are not a view of it', () => {
    let pool = new Uint8Array();
    const random = createSystemRandom((filled) => {
      pool = filled as Uint8Array<ArrayBuffer>;
      pool.fill(7);
    });
    const bytes = random.bytes(100);
    expect([...bytes]).toEqual(Array.from({ length: 100 }, () => 7));
    expect(pool.subarray(0, 100).every((byte) => byte === 0)).toBe(true);
    expect(pool[100]).toBe(7);
    expect(bytes.buffer).not.toBe(pool.buffer);
  });

  it('are never fewer than asked for at the end of the pool', () => {
    const random = createSystemRandom((pool) => pool.fill(9));
    for (let n = 0; n < 100; n += 1) expect(random.bytes(1000).every((byte) => byte === 9)).toBe(true);
  });

  it('are limited: a wrong length is a bug, not a request', () => {
    const random = createSystemRandom();
    expect(random.bytes(MAX_LENGTH)).toHaveLength(MAX_LENGTH);
    for (const length of [0, -1, 1.5, Number.NaN, MAX_LENGTH + 1, Number.POSITIVE_INFINITY]) {
      expect(() => random.bytes(length)).toThrow(RangeError);
    }
  });
});
