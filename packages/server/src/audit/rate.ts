/** A token bucket per key: `perSecond` at once, refilled at that rate, over a bounded number of keys. */
export interface Rate {
  /** Whether one more may pass now (epoch milliseconds). */
  take(key: string, now: number): boolean;
}

interface Bucket {
  left: number;
  at: number;
}

/**
 * At the bound the bucket that was made first goes. Keys are names that we gave (issuer ids), never text of a caller,
 * so nobody can make keys to refill his own bucket.
 */
export function createRate(perSecond: number, maximumKeys: number): Rate {
  const buckets = new Map<string, Bucket>();
  return {
    take(key, now) {
      let bucket = buckets.get(key);
      if (!bucket) {
        evictAt(buckets, maximumKeys);
        bucket = { left: perSecond, at: now };
        buckets.set(key, bucket);
      }
      const refill = (Math.max(0, now - bucket.at) * perSecond) / 1000;
      bucket.left = Math.min(perSecond, bucket.left + refill);
      bucket.at = Math.max(bucket.at, now);
      if (bucket.left < 1) return false;
      bucket.left -= 1;
      return true;
    },
  };
}

function evictAt(buckets: Map<string, Bucket>, maximum: number): void {
  if (buckets.size < maximum) return;
  const oldest = buckets.keys().next();
  if (!oldest.done) buckets.delete(oldest.value);
}
