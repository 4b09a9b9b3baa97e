/**
 * Places at one target: as many requests as it may have at once, and a line of those that wait for a place. Beyond the
 * line nobody waits: an upstream that has stopped working must not fill the memory of the gateway (threat 16).
 */
export interface Places {
  /**
   * Calls `start` when there is a place: now, or when somebody leaves. `leave` is for when the request is over. What
   * comes back is `full` when there is not even room to wait, and the way out of the line for who waits.
   */
  take(start: (leave: () => void) => void): 'begun' | 'full' | (() => void);
  /** Requests that have a place or wait for one. */
  load(): number;
  /** Who came now would wait. */
  isFull(): boolean;
}

/** `emptied`: called when the last request has left. */
export function createPlaces(places: number, mostWaiting: number, emptied = (): void => {}): Places {
  let taken = 0;
  // In the order in which they came.
  const waiting = new Set<() => void>();

  const leave = (): void => {
    taken -= 1;
    const [next] = waiting;
    if (next !== undefined) {
      waiting.delete(next);
      next();
    } else if (taken === 0) emptied();
  };
  return {
    take(start) {
      const begin = (): void => {
        let isOver = false;
        taken += 1;
        start(() => {
          if (!isOver) leave();
          isOver = true;
        });
      };
      if (taken < places) {
        begin();
        return 'begun';
      }
      if (waiting.size >= mostWaiting) return 'full';
      waiting.add(begin);
      return () => void waiting.delete(begin);
    },
    load: () => taken + waiting.size,
    isFull: () => taken >= places,
  };
}
