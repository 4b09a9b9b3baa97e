import type { Presented } from '../tokens/model.ts';

/**
 * What stays open longer than a request (WebSockets, event streams, long downloads) was let in by a token that may
 * end meanwhile. One timer for all of them presents their tokens again and cuts those whose token is no longer live,
 * within five seconds (contract). It must never keep a value of a token longer than the connection that carried it.
 */
export interface Watch {
  /** Watches one open exchange: `present` says what its token is now; `end` is called at most once. The function that comes back stops watching. */
  add(present: () => Presented | Promise<Presented>, end: () => void): () => void;
  /** Exchanges being watched. */
  size(): number;
  close(): void;
}

export interface WatchOptions {
  /** Milliseconds between two looks; tests make it short. */
  readonly interval?: number;
}

/** An exchange is first looked at after one to two intervals, and given up at most one later: under five seconds. */
const INTERVAL = 1_000;

/** Storage that is silent at one look may be slow; at the second in a row nobody vouches for the token any more. */
const SILENCE = 2;

interface Watched {
  readonly present: () => Presented | Promise<Presented>;
  readonly end: () => void;
  /** Place in the list. */
  at: number;
  /** Ordinary requests are over before their first look; this one has been seen by the timer before. */
  seen: boolean;
  silent: number;
}

export function createWatch(options: WatchOptions = {}): Watch {
  // A list that fills its gaps, not a Set: a Set whose entries come and go gets a new table every few requests, and one
  // dead table that has become old keeps all that came after it, with every request in them, until the next full
  // collection. That was a fifth of the time of a request.
  const open: Watched[] = [];
  let timer: NodeJS.Timeout | undefined;

  /** Whether it was there. The last one takes its place. */
  const remove = (watched: Watched): boolean => {
    if (open[watched.at] !== watched) return false;
    const last = open.pop();
    if (last !== undefined && last !== watched) {
      open[watched.at] = last;
      last.at = watched.at;
    }
    return true;
  };

  const cut = (watched: Watched): void => {
    if (remove(watched)) watched.end();
  };

  const look = async (watched: Watched): Promise<void> => {
    const { state } = await watched.present();
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
    if (open.length === 0) stop();
  };

  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };

  return {
    add(present, end) {
      const watched: Watched = { present, end, at: open.length, seen: false, silent: 0 };
      open.push(watched);
      timer ??= setInterval(tick, options.interval ?? INTERVAL).unref();
      return () => remove(watched);
    },
    size: () => open.length,
    close: stop,
  };
}
