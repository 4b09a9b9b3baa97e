import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Presented } from '../tokens/model.ts';
import { token } from './testing/fixture.ts';
import { createWatch } from './watch.ts';

const live: Presented = { state: 'live', token: token() };

describe('the watch over open connections', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const watching = (answer: () => Presented | Promise<Presented>) => {
    const end = vi.fn<() => void>();
    const watch = createWatch();
    return { watch, end, stop: watch.add(answer, end) };
  };

  it.each(['expired', 'revoked', 'invalid'] as const)(
    'ends what a token that is %s let in, within five seconds, and once',
    async (state) => {
      let presented: Presented = live;
      const { end, watch } = watching(() => presented);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(end).not.toHaveBeenCalled();
      presented = { state };
      await vi.advanceTimersByTimeAsync(4_999);
      expect(end).toHaveBeenCalledTimes(1);
      expect(watch.size()).toBe(0);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(end).toHaveBeenCalledTimes(1);
    },
  );

  it('ends within five seconds what was opened just before its token was revoked', async () => {
    const { end } = watching(() => ({ state: 'revoked' }));
    await vi.advanceTimersByTimeAsync(4_999);
    expect(end).toHaveBeenCalledTimes(1);
  });

  it('forgives storage one silent moment and not two', async () => {
    const answers: Presented[] = [{ state: 'unavailable' }, live, { state: 'unavailable' }];
    const { end } = watching(() => answers.shift() ?? live);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(end).not.toHaveBeenCalled();
    const silent = watching(() => ({ state: 'unavailable' }));
    await vi.advanceTimersByTimeAsync(4_999);
    expect(silent.end).toHaveBeenCalledTimes(1);
  });

  it('ends when the presenter breaks', async () => {
    const { end, watch } = watching(() => Promise.reject(new Error('broken')));
    await vi.advanceTimersByTimeAsync(4_999);
    expect(end).toHaveBeenCalledTimes(1);
    expect(watch.size()).toBe(0);
  });

  it('ends each of many whose token is no longer live, and no other, whoever leaves meanwhile', async () => {
    const watch = createWatch();
    const ended: number[] = [];
    const revoked = new Set([0, 3, 6, 9, 10]);
    const stops = Array.from({ length: 11 }, (_, index) =>
      watch.add(
        () => (revoked.has(index) ? { state: 'revoked' } : live),
        () => ended.push(index),
      ),
    );
    // The first, one in the middle twice, and the last.
    for (const index of [0, 5, 5, 10]) stops[index]?.();
    expect(watch.size()).toBe(8);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(ended.toSorted((a, b) => a - b)).toEqual([3, 6, 9]);
    expect(watch.size()).toBe(5);
    for (const stop of stops) stop();
    expect(watch.size()).toBe(0);
  });

  it('does not present the token of a request that is over by then, and holds no timer for nothing', async () => {
    const present = vi.fn<() => Presented>(() => live);
    const { stop } = watching(present);
    stop();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(present).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
