/**
 * Guesses of user codes (RFC 8628 section 5.1). Whoever is right could let a stranger's program in as themselves, or see
 * where it is: so a session has a handful of wrong ones, and all together have few, whatever addresses they come from.
 */
export interface Guesses {
  /** Seconds to wait; 0: this session may try. */
  wait(session: string): number;
  wrong(session: string): void;
}

/** Wrong codes of one session in a window, and of all. */
export const MAX_OF_SESSION = 5;
export const MAX_OF_ALL = 300;

/** Seconds. */
const WINDOW = 600;

/** Sessions that are remembered within a window: no more than {@link MAX_OF_ALL} can be wrong in it. */
export function createGuesses(now: () => number): Guesses {
  let began = now();
  let all = 0;
  let sessions = new Map<string, number>();
  const current = (): number => {
    const seconds = (now() - began) / 1000;
    if (seconds >= WINDOW) {
      began = now();
      all = 0;
      sessions = new Map();
      return WINDOW;
    }
    return Math.ceil(WINDOW - seconds);
  };
  return {
    wait(session) {
      const left = current();
      return all >= MAX_OF_ALL || (sessions.get(session) ?? 0) >= MAX_OF_SESSION ? left : 0;
    },
    wrong(session) {
      current();
      all += 1;
      sessions.set(session, (sessions.get(session) ?? 0) + 1);
    },
  };
}
