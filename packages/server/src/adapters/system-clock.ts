import type { Clock } from './ports.ts';

/** How a clock reads time; replaced in tests. */
export interface TimeSource {
  /** Epoch milliseconds as the operating system sees them; may jump either way. */
  readonly wall: () => number;
  /** Milliseconds since any moment; only ever grows. */
  readonly monotonic: () => number;
}

const SYSTEM: TimeSource = { wall: Date.now, monotonic: () => performance.now() };

/** Milliseconds by which the wall clock may move on its own before it is called a step. */
export const STEP = 5_000;

/**
 * A clock that never goes back, so that nothing that has expired lives again. When the wall clock is set back, this
 * one goes on at half speed until they meet: standing still would keep every token alive for as long as the step was.
 * `onStep` hears of jumps beyond five seconds, in milliseconds, negative for backwards.
 */
export function createSystemClock(
  onStep: (milliseconds: number) => void,
  source: TimeSource = SYSTEM,
): Clock {
  let time = source.wall();
  let lastWall = time;
  let lastMonotonic = source.monotonic();
  return {
    now: () => {
      const wall = source.wall();
      const monotonic = source.monotonic();
      const elapsed = Math.max(0, monotonic - lastMonotonic);
      const step = wall - lastWall - elapsed;
      lastWall = wall;
      lastMonotonic = monotonic;
      time = Math.max(wall, time + elapsed / 2);
      if (Math.abs(step) > STEP) onStep(Math.round(step));
      return Math.floor(time);
    },
  };
}
