/**
 * How often programs ask whether they are let in (RFC 8628 section 3.5). In memory alone: whoever asks another process, or
 * after a restart, begins with the first interval again, and gains nothing by it but an answer.
 */
export interface Pace {
  /** Whether this question comes too soon; then every later one has to wait for five seconds more. */
  tooSoon(hash: string): boolean;
  forget(hash: string): void;
}

/** Seconds between two questions, at first, and by which it grows. */
export const INTERVAL = 5;

/** Programs that are remembered: as many as may wait at once. */
const MAX_REMEMBERED = 10_000;

/** Milliseconds by which a program may be early: clocks and networks are not exact. */
const TOLERANCE = 500;

interface Asked {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly interval: number;
}

export function createPace(now: () => number): Pace {
  const asked = new Map<string, Asked>();
  return {
    tooSoon(hash) {
      const known = asked.get(hash);
      const at = now();
      const early = known !== undefined && at - known.at < known.interval * 1000 - TOLERANCE;
      const interval = (known?.interval ?? INTERVAL) + (early ? INTERVAL : 0);
      asked.delete(hash);
      if (asked.size >= MAX_REMEMBERED) asked.delete(asked.keys().next().value ?? '');
      asked.set(hash, { at, interval });
      return early;
    },
    forget: (hash) => void asked.delete(hash),
  };
}
