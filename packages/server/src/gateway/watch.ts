import type { Presented } from '../tokens/model.ts';

/**
 * What stays open longer than a request (WebSockets, event streams, long downloads) was let in by a token that may
 * end meanwhile. One timer for all of them presents their tokens again and cuts those whose token is no longer live,
 * within five seconds (contract). It must never keep a value of a token longer than the connection that carried it.
 */
export interface Watch {
  /** Watches one open exchange; `end` is called at most once. The function that comes back stops watching. */
  add(value: string, end: () => void): () => void;
  /** Exchanges being watched. */
  size(): number;
  close(): void;
}

export interface WatchDeps {
  present(value: string): Presented | Promise<Presented>;
  /** Milliseconds between two looks; tests make it short. */
  readonly interval?: number;
}

/** An exchange is first looked at after one to two intervals, and given up at most one later: under five seconds. */
const INTERVAL = 1_000;

/** Storage that is silent at one look may be slow; at the second in a row nobody vouches for the token any more. */
const SILENCE = 2;

interface Watched {
  readonly value: string;
  readonly end: () => void;
  /** Ordinary requests are over before their first look; this one has been seen by the timer before. */
  seen: boolean;
  silent: number;
}

export function createWatch(deps: WatchDeps): Watch {
  const open = new Set<Watched>();
  let timer: NodeJS.Timeout | undefined;

  const cut = (watched: Watched): void => {
    if (open.delete(watched)) watched.end();
  };

  const look = async (watched: Watched): Promise<void> => {
    const { state } = await deps.present(watched.value);
    watched.silent = state === 'unavailable' ? watched.silent + 1 : 0;
    if (state === 'live' || (state === 'unavailable' && watched.silent < SILENCE)) return;
    cut(watched);
  };

  const tick = (): void => {
    for (const watched of open) {
      // A presenter that fails instead of answering has not said that the token is live (fail closed).
      if (watched.seen) look(watched).catch(() => cut(watched));
      else watched.seen = true;
    }
    if (open.size === 0) stop();
  };

  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };

  return {
    add(value, end) {
      const watched: Watched = { value, end, seen: false, silent: 0 };
      open.add(watched);
      timer ??= setInterval(tick, deps.interval ?? INTERVAL).unref();
      return () => open.delete(watched);
    },
    size: () => open.size,
    close: stop,
  };
}
