import type { RateLimit, Route } from '@countersign/core';
import type { Clock } from '../adapters/ports.ts';
import { networkOf } from '../http/failure-limit.ts';

/**
 * `rate_limit` of routes: how many requests that may pass a caller may have. Asked when everything else has said yes, so
 * that what is refused uses up nobody's share. It must never remember more than its bound, nor let strangers wash away
 * what is known of those who have shown who they are.
 */
export interface RateLimits {
  /**
   * Counts a request of a route that has a limit. Whole seconds until the next one may pass where this is one too many:
   * then it is not counted, so that waiting helps whoever does not wait. 0: it passes.
   */
  take(route: Pick<Route, 'id'>, limit: RateLimit, caller: RatedCaller): number;
}

export interface RatedCaller {
  /** `principalId`; absent where nobody has said who is asking. */
  readonly principal?: string;
  /** Counts where there is no principal, IPv6 by /64. */
  readonly address: string;
}

export interface RateLimitOptions {
  readonly clock: Clock;
  /** Callers of a route that are remembered, of each sort; default {@link MAX_CALLERS}. */
  readonly callers?: number;
}

/** Principals, and as many networks: whoever has many addresses can push out other addresses alone. */
export const MAX_CALLERS = 16_384;

/** Part of the callers that makes room at the bound: looked for once for many, not for each. */
const EVICTED = 0.1;

/** A caller at a route. What it has used drains evenly, so that all of it is free again after `per`. */
interface Bucket {
  readonly limit: RateLimit;
  /** Requests, at `at`. */
  used: number;
  /** Epoch milliseconds. */
  at: number;
}

type Buckets = Map<string, Bucket>;

export function createRateLimits({ clock, callers = MAX_CALLERS }: RateLimitOptions): RateLimits {
  const principals: Buckets = new Map();
  const networks: Buckets = new Map();
  return {
    take({ id }, limit, { principal, address }) {
      const now = clock.now();
      const buckets = principal === undefined ? networks : principals;
      const key = `${id} ${principal ?? networkOf(address)}`;
      const known = buckets.get(key);
      const used = known && isSame(known.limit, limit) ? usedAt(known, now) : 0;
      const wait = waitFor(limit, used);
      if (wait > 0) return wait;
      if (known === undefined && buckets.size >= callers) makeRoom(buckets, callers, now);
      buckets.set(key, { limit, used: used + 1, at: now });
      return 0;
    },
  };
}

/** A reload makes routes anew; a caller keeps what it has used where the limit is the same. */
function isSame(one: RateLimit, other: RateLimit): boolean {
  return one.requests === other.requests && one.per === other.per;
}

function usedAt({ limit, used, at }: Bucket, now: number): number {
  return Math.max(0, used - ((now - at) * limit.requests) / limit.per);
}

/** What the sum of many drained fractions may be off by. */
const ROUNDING = 1e-6;

function waitFor({ requests, per }: RateLimit, used: number): number {
  const missing = used + 1 - requests;
  return missing <= ROUNDING ? 0 : Math.ceil((missing * per) / requests / 1000);
}

/**
 * Forgets those who have used the smallest part of their share: it says least about anybody. Who has used all of it is
 * pushed out only by thousands of others who have done so too.
 */
function makeRoom(buckets: Buckets, callers: number, now: number): void {
  const shares = Array.from(buckets, ([key, bucket]) => ({
    key,
    share: usedAt(bucket, now) / bucket.limit.requests,
  }));
  shares.sort((one, other) => one.share - other.share);
  const leaving = Math.max(1, Math.ceil(callers * EVICTED));
  for (const [place, { key, share }] of shares.entries())
    if (place < leaving || share === 0) buckets.delete(key);
}
