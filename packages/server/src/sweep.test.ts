import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startSweeping } from './sweep.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('sweeping', () => {
  it('takes out what expired a minute ago, every second, until it is stopped', () => {
    const asked: [number, number][] = [];
    const table = { sweep: (now: number, rows: number) => asked.push([now, rows]) };
    const stop = startSweeping(table, { now: () => 100_000_500 });
    vi.advanceTimersByTime(2_500);
    expect(asked).toEqual([
      [99_940, 2_000],
      [99_940, 2_000],
    ]);
    stop();
    vi.advanceTimersByTime(5_000);
    expect(asked).toHaveLength(2);
  });
});
