import { statfs } from 'node:fs/promises';
import type { Clock, Logger } from '../adapters/ports.ts';

/** Bytes of the file system that holds the database. */
export interface Space {
  readonly free: number;
  readonly size: number;
}

export interface DiskSpaceDeps {
  readonly space: () => Promise<Space>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface DiskSpace {
  isLow(): boolean;
  /** Looks now. */
  look(): Promise<void>;
}

/** Below either of these, what nobody has to have is not written any more. */
const LOW_SHARE = 0.02;
const LOW_BYTES = 64 * 1024 * 1024;

/** Milliseconds between two warnings. */
const WARN_EVERY = 60_000;

/** Watches how much room is left: tokens and what is done must still be written when refusals are not. */
export function createDiskSpace({ space, clock, logger }: DiskSpaceDeps): DiskSpace {
  let low = false;
  let warnedAt: number | undefined;

  const warn = ({ free, size }: Space): void => {
    if (warnedAt !== undefined && clock.now() - warnedAt < WARN_EVERY) return;
    warnedAt = clock.now();
    logger.warn('little disk space is left; refusals are not recorded', { free, size });
  };
  return {
    isLow: () => low,
    async look() {
      // What cannot be asked says nothing: it stays as it was.
      const seen = await space().catch(() => undefined);
      if (seen === undefined) return;
      const was = low;
      low = seen.free < LOW_BYTES || seen.free < seen.size * LOW_SHARE;
      if (low) warn(seen);
      else if (was) logger.info('there is disk space again; refusals are recorded');
    },
  };
}

/** Room of the file system of this path. */
export async function spaceOf(path: string): Promise<Space> {
  const { bavail, blocks, bsize } = await statfs(path);
  return { free: bavail * bsize, size: blocks * bsize };
}
