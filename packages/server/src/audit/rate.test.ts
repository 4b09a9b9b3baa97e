import { describe, expect, it } from 'vitest';
import { createRate } from './rate.ts';

describe('a rate', () => {
  it('lets so many pass at once, and so many more in every second', () => {
    const rate = createRate(20, 10);
    const passed = (now: number): number =>
      Array.from({ length: 50 }, () => rate.take('a', now)).filter(Boolean).length;
    expect([passed(0), passed(0), passed(500), passed(1500), passed(9999)]).toEqual([20, 0, 10, 20, 20]);
  });

  it('keeps its keys apart', () => {
    const rate = createRate(1, 10);
    expect([rate.take('a', 0), rate.take('b', 0), rate.take('a', 0)]).toEqual([true, true, false]);
  });

  it('gives nothing for a clock that goes back', () => {
    const rate = createRate(1, 10);
    expect([rate.take('a', 5000), rate.take('a', 0), rate.take('a', 5000)]).toEqual([true, false, false]);
  });

  it('remembers as many keys as it may: the oldest is forgotten, no other', () => {
    const rate = createRate(1, 2);
    expect([rate.take('a', 0), rate.take('b', 0)]).toEqual([true, true]);
    expect([rate.take('a', 0), rate.take('b', 0)]).toEqual([false, false]);
    expect(rate.take('c', 0)).toBe(true);
    expect([rate.take('b', 0), rate.take('a', 0)]).toEqual([false, true]);
  });
});
