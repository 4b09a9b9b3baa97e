import { describe, expect, it } from 'vitest';
import { createBoundedCache } from './bounded-cache.ts';

describe('the bounded cache', () => {
  it('never holds more than its limit', () => {
    const cache = createBoundedCache<number>(8);
    for (let at = 0; at < 1_000; at += 1) {
      cache.set(`key ${at}`, at);
      expect(cache.size()).toBeLessThanOrEqual(8);
    }
    expect(cache.get('key 999')).toBe(999);
    expect(cache.get('key 0')).toBeUndefined();
  });

  it('keeps what is used while the rest goes', () => {
    const cache = createBoundedCache<string>(8);
    cache.set('wanted', 'kept');
    for (let at = 0; at < 100; at += 1) {
      cache.set(`key ${at}`, 'other');
      expect(cache.get('wanted')).toBe('kept');
    }
  });

  it('gives the last value that was set', () => {
    const cache = createBoundedCache<number>(4);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.set('a', 3);
    expect(cache.get('a')).toBe(3);
  });
});
