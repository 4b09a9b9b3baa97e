/**
 * A cache that never holds more than it may, at the cost of two map look-ups: entries live in two generations; when
 * the younger one is full it becomes the older one, whose predecessor is dropped. What is used keeps moving to the
 * younger generation, so what is dropped has not been used for at least half a cache.
 */
export interface BoundedCache<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  /** Entries held, for the tests of the bound. */
  size(): number;
}

/** `limit`: entries; at least 2. */
export function createBoundedCache<V>(limit: number): BoundedCache<V> {
  const half = Math.floor(limit / 2);
  let young = new Map<string, V>();
  let old = new Map<string, V>();

  const set = (key: string, value: V): void => {
    old.delete(key);
    young.set(key, value);
    if (young.size < half) return;
    old = young;
    young = new Map();
  };

  return {
    get(key) {
      const value = young.get(key);
      if (value !== undefined) return value;
      const aged = old.get(key);
      if (aged !== undefined) set(key, aged);
      return aged;
    },
    set,
    size: () => young.size + old.size,
  };
}
