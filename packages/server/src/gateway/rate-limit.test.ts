import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateLimits, MAX_CALLERS, type RatedCaller, type RateLimitOptions } from './rate-limit.ts';

const ROUTE = { id: 'rte_a' };
const MINUTE = { requests: 3, per: 60_000 };
const somebody: RatedCaller = { principal: 'team:acme/a', address: '192.0.2.1' };
const from = (address: string): RatedCaller => ({ address });

/** Three a minute, under a clock of the test's own. */
function limits(options: Partial<RateLimitOptions> = {}) {
  const time = { now: 1_700_000_000_000 };
  const made = createRateLimits({ clock: { now: () => time.now }, ...options });
  const take = (caller = somebody, limit = MINUTE, route = ROUTE): number => made.take(route, limit, caller);
  const times = (count: number, caller = somebody, limit = MINUTE): readonly number[] =>
    Array.from({ length: count }, () => take(caller, limit));
  return { time, take, times };
}

describe('the rate limit of a route', () => {
  it('lets as many requests pass at once as it says, and then none', () => {
    const { times } = limits();
    expect(times(5)).toEqual([0, 0, 0, 20, 20]);
  });

  it('gives back evenly what it took', () => {
    const { times, time } = limits();
    times(3);
    time.now += 19_999;
    expect(times(1)).toEqual([1]);
    time.now += 1;
    expect(times(2)).toEqual([0, 20]);
    time.now += 3_600_000;
    expect(times(4)).toEqual([0, 0, 0, 20]);
  });

  it('does not count what it refuses: waiting helps whoever did not wait', () => {
    const { times, time } = limits();
    times(1_000);
    time.now += 20_000;
    expect(times(1)).toEqual([0]);
  });

  it('counts each principal and each route by itself, whatever the address', () => {
    const { times, take } = limits();
    times(3);
    expect(take({ ...somebody, address: '192.0.2.2' })).toBe(20);
    expect(take({ ...somebody, principal: 'team:acme/b' })).toBe(0);
    expect(take(somebody, MINUTE, { id: 'rte_b' })).toBe(0);
    expect(take(from(somebody.address))).toBe(0);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1', 20],
    ['192.0.2.1', '::ffff:192.0.2.1', 20],
    ['192.0.2.1', '192.0.2.2', 0],
    ['2001:db8::1', '2001:db8::ffff', 20],
    ['2001:db8::1', '2001:db8:0:1::1', 0],
  ])('counts those who are nobody by network: after %s comes %s', (first, second, wait) => {
    const { times, take } = limits();
    times(3, from(first));
    expect(take(from(second))).toBe(wait);
  });

  it('begins anew where the limit has changed, and nowhere else', () => {
    const { times, take } = limits();
    times(3);
    expect(take(somebody, { ...MINUTE })).toBe(20);
    expect(take(somebody, { requests: 4, per: 60_000 })).toBe(0);
  });

  it('never lets more pass in any time than a full share and what was given back in it', () => {
    const limit = fc.record({
      requests: fc.integer({ min: 1, max: 50 }),
      per: fc.integer({ min: 1_000, max: 90_000 }),
    });
    const pauses = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(limit, pauses, (rate, gaps) => {
        const { take, time } = limits();
        const start = time.now;
        let passed = 0;
        for (const gap of gaps) {
          time.now += gap;
          const wait = take(somebody, rate);
          if (wait === 0) passed += 1;
          else expect(wait).toBeLessThanOrEqual(Math.ceil(rate.per / 1000));
          const given = ((time.now - start) * rate.requests) / rate.per;
          expect(passed).toBeLessThanOrEqual(rate.requests + given + 1e-3);
        }
      }),
    );
  });

  it('tells a wait that suffices, and is not a second too long', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1_000, max: 900_000 }),
        (requests, per) => {
          const { take, time } = limits();
          for (let count = 0; count < requests; count += 1) expect(take(somebody, { requests, per })).toBe(0);
          const wait = take(somebody, { requests, per });
          expect(wait).toBeGreaterThan(0);
          time.now += wait * 1_000;
          expect(take(somebody, { requests, per })).toBe(0);
          expect((wait - 1) * 1_000).toBeLessThan(per / requests);
        },
      ),
    );
  });
});

describe('at its bound', () => {
  it('strangers push out neither whoever has used everything nor anybody who said who it is', () => {
    const { times, take } = limits({ callers: 10 });
    times(3);
    times(3, from('192.0.2.1'));
    for (let count = 0; count < 1_000; count += 1) take(from(`198.51.${count >> 8}.${count & 255}`));
    expect(take()).toBe(20);
    expect(take(from('192.0.2.1'))).toBe(20);
  });

  it('compares by the part that is used, so that a long limit does not push out a short one', () => {
    const { times, take } = limits({ callers: 10 });
    times(3, from('192.0.2.1'));
    for (let count = 0; count < 100; count += 1)
      take(from(`198.51.100.${count}`), { requests: 100, per: 86_400_000 });
    expect(take(from('192.0.2.1'))).toBe(20);
  });

  it('strangers push out nobody who said who it is, whatever they have used', () => {
    const { times, take } = limits({ callers: 10 });
    times(2);
    for (let count = 0; count < 100; count += 1) times(3, from(`198.51.100.${count}`));
    expect([take(), take()]).toEqual([0, 20]);
  });

  it('still counts everybody when all have used everything', () => {
    const { times, take } = limits({ callers: 10 });
    for (let count = 0; count < 50; count += 1) times(4, from(`198.51.100.${count}`));
    expect(times(4, from('203.0.113.1'))).toEqual([0, 0, 0, 20]);
    expect(take(from('203.0.113.1'))).toBe(20);
  });

  it.each([
    [MAX_CALLERS, [0, 20]],
    [MAX_CALLERS + 1, [0, 0]],
  ])('forgets at its bound and not before: after %d callers the first has left %j', (callers, left) => {
    const { take } = limits();
    const twice = { requests: 2, per: 40_000 };
    for (let count = 0; count < callers; count += 1) take({ address: '', principal: `usr_${count}` }, twice);
    const first = { address: '', principal: 'usr_0' };
    expect([take(first, twice), take(first, twice)]).toEqual(left);
  });
});
