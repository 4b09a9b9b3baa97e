import { randomFillSync } from 'node:crypto';
import type { Random } from './ports.ts';

/** Bytes drawn from the operating system at once: thirty-two at a time cost ten times as much. */
export const POOL = 16_384;

/** Longest request in bytes. Nothing of ours needs more; a larger number is a bug. */
export const MAX_LENGTH = 4_096;

/**
 * Random bytes from a pool. A byte is handed out once and wiped from the pool at once, so that a later look at this
 * process's memory does not show the secrets it has given away.
 */
export function createSystemRandom(fill: (pool: Uint8Array) => unknown = randomFillSync): Random {
  const pool = new Uint8Array(POOL);
  let used = POOL;
  return {
    bytes: (length) => {
      if (!Number.isInteger(length) || length < 1 || length > MAX_LENGTH)
        throw new RangeError('random bytes: length out of range');
      if (used + length > POOL) {
        fill(pool);
        used = 0;
      }
      const bytes = pool.slice(used, used + length);
      pool.fill(0, used, used + length);
      used += length;
      return bytes;
    },
  };
}
