import { setTimeout as wait } from 'node:timers/promises';
import { createDiskSpace, spaceOf, type Space } from './disk-space.ts';
import { createSweeps, type SweepDeps, type Swept } from './sweeps.ts';

/**
 * Takes away what has been kept for long enough, beside the requests: a step at a time, with a pause after each, so
 * that it never has more of the writer than a fraction. It must never take what a live token needs.
 */
export interface RetentionDeps extends SweepDeps {
  /** The database file; absent when there is none. */
  readonly path?: string;
  /** How much room is left; as the file system of `path` says, but for tests. */
  readonly space?: () => Promise<Space>;
  /** Resolves after so many milliseconds, or at once when the signal says so; real time, but for tests. */
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export interface RunningRetention {
  /** Too little room is left to write what nobody has to have. */
  diskIsLow(): boolean;
  /** Finishes the step under way, then stops. */
  close(): Promise<void>;
}

/** Milliseconds after a step when there is more, between two rounds, and between two looks at the disk. */
const SOON = 20;
const ROUND = 60_000;
const LOOK = 5_000;

export function startRetention(deps: RetentionDeps): RunningRetention {
  const { path, pause = realPause } = deps;
  const space = deps.space ?? (path === undefined ? undefined : () => spaceOf(path));
  const disk = space && createDiskSpace({ space, clock: deps.clock, logger: deps.logger });
  const stop = new AbortController();
  const stopped = (): boolean => stop.signal.aborted;

  const sweep = async (): Promise<void> => {
    const sweeps = createSweeps(deps);
    while (!stopped()) {
      await pause(ROUND, stop.signal);
      for (const one of sweeps) {
        let swept: Swept = 'more';
        while (swept === 'more' && !stopped()) {
          swept = await one();
          await pause(SOON, stop.signal);
        }
        if (swept === 'unavailable')
          deps.logger.warn('retention: storage does not answer; it goes on in a minute');
        if (swept === 'unavailable' || stopped()) break;
      }
    }
  };
  const look = async (): Promise<void> => {
    if (disk === undefined) return;
    while (!stopped()) {
      await disk.look();
      await pause(LOOK, stop.signal);
    }
  };
  const running = Promise.all([sweep(), look()]);
  return {
    diskIsLow: () => disk?.isLow() ?? false,
    async close() {
      stop.abort();
      await running;
    },
  };
}

async function realPause(milliseconds: number, signal: AbortSignal): Promise<void> {
  // Stopping is no failure of waiting.
  await wait(milliseconds, undefined, { ref: false, signal }).catch(() => undefined);
}
