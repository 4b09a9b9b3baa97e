import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSystemClock, STEP } from './system-clock.ts';

/** Two clocks that the test moves by hand. */
function world() {
  const time = { wall: 1_000_000, monotonic: 50 };
  const steps: number[] = [];
  const clock = createSystemClock((step) => steps.push(step), {
    wall: () => time.wall,
    monotonic: () => time.monotonic,
  });
  const pass = (milliseconds: number) => {
    time.wall += milliseconds;
    time.monotonic += milliseconds;
  };
  return { time, steps, clock, pass };
}

describe('the clock of a process', () => {
  it('is the wall clock', () => {
    const { clock, pass } = world();
    expect(clock.now()).toBe(1_000_000);
    pass(1234);
    expect(clock.now()).toBe(1_001_234);
    const before = Date.now();
    expect(createSystemClock(() => undefined).now()).toBeGreaterThanOrEqual(before);
  });

  it('never goes back and never stands still, however the wall clock jumps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 2, max: 60_000 }))),
        (moves) => {
          const { time, clock } = world();
          let last = clock.now();
          for (const [jump, passed] of moves) {
            time.wall += jump + passed;
            time.monotonic += passed;
            const now = clock.now();
            expect(now).toBeGreaterThan(last);
            expect(now).toBeGreaterThanOrEqual(time.wall);
            last = now;
          }
        },
      ),
      { examples: [[[[-60_000, 1000]]]] },
    );
  });

  it('runs at half speed after a step back until the wall clock has caught up', () => {
    const { time, clock, pass } = world();
    time.wall -= 60_000;
    expect(clock.now()).toBe(1_000_000);
    pass(60_000);
    expect(clock.now()).toBe(1_030_000);
    pass(60_000);
    expect(clock.now()).toBe(1_060_000);
    pass(1000);
    expect(clock.now()).toBe(1_061_000);
    expect(time.wall).toBe(1_061_000);
  });

  it('reports steps beyond five seconds, either way, once', () => {
    const { time, steps, clock, pass } = world();
    pass(3_600_000);
    clock.now();
    time.wall += STEP;
    clock.now();
    time.wall -= STEP;
    clock.now();
    expect(steps).toEqual([]);
    time.wall += STEP + 1;
    clock.now();
    clock.now();
    time.wall -= 90_000;
    clock.now();
    expect(steps).toEqual([STEP + 1, -90_000]);
  });
});
