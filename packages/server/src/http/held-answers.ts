import { setTimeout as wait } from 'node:timers/promises';

/**
 * Keeps answers to who has failed too often for a moment. A client that waits for its answers, as floods do to use
 * their connections, is slowed to one request a second and connection, and whoever is not over the limit keeps the
 * processor. It must never keep more of them than its bound: waiting costs memory.
 */
export interface HeldAnswers {
  /** Resolves when the answer may go: after the delay, or at once where too many are kept already. */
  hold(): Promise<void>;
  readonly size: number;
}

export interface HeldAnswersOptions {
  /** Resolves after so many milliseconds; real time, but for tests. */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

/** Answers kept at once. */
export const MAX_HELD = 1_000;

/** Milliseconds: no longer than the shortest `Retry-After`, so that nobody who obeys it waits twice. */
export const DELAY = 1_000;

export function createHeldAnswers({ pause = wait }: HeldAnswersOptions = {}): HeldAnswers {
  let size = 0;
  return {
    get size() {
      return size;
    },
    async hold() {
      if (size >= MAX_HELD) return;
      size += 1;
      try {
        await pause(DELAY);
      } finally {
        size -= 1;
      }
    },
  };
}
