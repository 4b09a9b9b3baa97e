import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFailureLimit, MAX_NETWORKS, networkOf, type FailureLimitOptions } from './failure-limit.ts';

const ADDRESS = '192.0.2.1';

/** Twenty a second, two hundred at once, under a clock of the test's own. */
function limit(options: Partial<FailureLimitOptions> = {}) {
  const time = { now: 1_000_000 };
  const made = createFailureLimit({ perSecond: () => 20, clock: { now: () => time.now }, ...options });
  const fail = (times: number, address = ADDRESS): void => {
    for (let done = 0; done < times; done += 1) made.failed(address);
  };
  return { wait: (address: string) => made.wait(address), time, fail };
}

describe('the limit of failures', () => {
  it('lets a burst of ten seconds’ worth fail, and not one more', () => {
    const { wait, fail } = limit();
    fail(199);
    expect(wait(ADDRESS)).toBe(0);
    fail(1);
    expect(wait(ADDRESS)).toBe(1);
  });

  it('refills at its rate', () => {
    const { wait, fail, time } = limit();
    fail(200);
    time.now += 49;
    expect(wait(ADDRESS)).toBe(1);
    time.now += 1;
    expect(wait(ADDRESS)).toBe(0);
    fail(1);
    expect(wait(ADDRESS)).toBe(1);
  });

  it('is full again after a while, and never fuller than that', () => {
    const { wait, fail, time } = limit();
    fail(200);
    time.now += 3_600_000;
    fail(200);
    expect(wait(ADDRESS)).toBe(1);
  });

  it('says how long to wait, in whole seconds that suffice', () => {
    const { wait, fail, time } = limit({ perSecond: () => 1 });
    fail(13);
    const seconds = wait(ADDRESS);
    expect(seconds).toBe(4);
    time.now += seconds * 1000;
    expect(wait(ADDRESS)).toBe(0);
  });

  it('holds those to account who fail together while none of them was over it', () => {
    const { wait, fail, time } = limit();
    fail(300);
    time.now += 1_000;
    expect(wait(ADDRESS)).toBeGreaterThan(0);
  });

  it('ends however many failed: after two bursts’ time it is as if nothing had been', () => {
    const { wait, fail, time } = limit();
    fail(100_000);
    expect(wait(ADDRESS)).toBeLessThanOrEqual(11);
    time.now += 20_000;
    fail(199);
    expect(wait(ADDRESS)).toBe(0);
  });

  it('is one for a network and another for the next', () => {
    const { wait, fail } = limit();
    fail(200, '2001:db8:1:2::1');
    expect(wait('2001:db8:1:2:ffff::9')).toBe(1);
    expect(wait('2001:db8:1:3::1')).toBe(0);
    fail(200, '::ffff:192.0.2.7');
    expect(wait('192.0.2.7')).toBe(1);
  });

  it('never lets more pass than its burst and its rate allow, in whatever order they come', () => {
    const step = fc.record({ after: fc.nat(400), times: fc.integer({ min: 1, max: 40 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { wait, fail, time } = limit();
        const start = time.now;
        let passed = 0;
        for (const { after, times } of steps) {
          time.now += after;
          for (let done = 0; done < times && wait(ADDRESS) === 0; done += 1) {
            fail(1);
            passed += 1;
          }
        }
        expect(passed).toBeLessThanOrEqual(200 + Math.ceil(((time.now - start) * 20) / 1000));
      }),
      { numRuns: 100 },
    );
  });
});

describe('at its bound of networks', () => {
  const address = (index: number): string => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;

  it('forgets the fullest buckets: who has used up his own does not wash it away with other addresses', () => {
    const { wait, fail } = limit();
    fail(200);
    for (let index = 0; index < 3 * MAX_NETWORKS; index += 1) fail(1, address(index));
    expect(wait(ADDRESS)).toBe(1);
  });

  it('remembers no more than the bound, and goes on limiting newcomers', () => {
    const { wait, fail } = limit({ networks: 10 });
    for (let index = 0; index < 10; index += 1) fail(200, address(index));
    expect(wait(address(0))).toBe(1);
    fail(200, address(10));
    expect(wait(address(10))).toBe(1);
    const remembered = Array.from({ length: 11 }, (_, index) => wait(address(index))).filter(Boolean);
    expect(remembered).toHaveLength(10);
  });
});

describe('a network', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:1:2::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
    ['1::', '1:0:0:0'],
    ['1:2:3::8', '1:2:3:0'],
    ['64:ff9b::192.0.2.33', '64:ff9b:0:0'],
    ['a:b:c:d:e:f:1.2.3.4', 'a:b:c:d'],
    ['', ''],
    ['::g', ''],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
