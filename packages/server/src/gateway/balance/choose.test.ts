import type { BalancingPolicy } from '@countersign/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createChooser } from './choose.ts';
import type { Standing } from './model.ts';

const POLICIES: readonly BalancingPolicy[] = ['round_robin', 'least_request', 'random'];
const FINE: Standing = { isHealthy: true, isAside: false, load: 0 };

/** Numbers that are spread evenly over [0, 1): what chance comes to in the long run, without chance. */
const evenly = (count: number) => {
  let at = 0;
  return () => ((at++ % count) + 0.5) / count;
};

/** How often each of them is chosen. */
function chosen(
  policy: BalancingPolicy,
  weights: readonly number[],
  times: number,
  standing: (place: number) => Standing = () => FINE,
): readonly number[] {
  const choose = createChooser(policy, weights, evenly(times));
  const counts = weights.map(() => 0);
  for (let time = 0; time < times; time += 1) {
    const place = choose(standing) ?? Number.NaN;
    counts[place] = (counts[place] ?? Number.NaN) + 1;
  }
  return counts;
}

const standings = fc.array(
  fc.record({
    isHealthy: fc.boolean(),
    isAside: fc.boolean(),
    load: fc.nat(50),
    weight: fc.integer({ min: 1, max: 9 }),
  }),
  { minLength: 1, maxLength: 8 },
);

describe.each(POLICIES)('choosing by %s', (policy) => {
  it('never takes what is not healthy, and something whenever something is', () => {
    fc.assert(
      fc.property(
        fc.array(standings, { minLength: 1, maxLength: 20 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        (rounds, lots) => {
          const weights = rounds[0]?.map(({ weight }) => weight) ?? [];
          const choose = createChooser(policy, weights, () => lots.next().value as number);
          for (const round of rounds) {
            const standing = (place: number): Standing => round[place] ?? { ...FINE, isHealthy: false };
            const healthy = weights.map((_, place) => place).filter((place) => standing(place).isHealthy);
            const place = choose(standing);
            if (healthy.length === 0) expect(place).toBeUndefined();
            else expect(healthy).toContain(place);
            const inTurn = healthy.filter((each) => !standing(each).isAside);
            if (inTurn.length > 0) expect(inTurn).toContain(place);
          }
        },
      ),
    );
  });

  it('does not take the one that has been tried', () => {
    const choose = createChooser(policy, [1, 1, 1], evenly(30));
    const places = Array.from({ length: 30 }, () => choose(() => FINE, 1));
    expect(new Set(places)).toEqual(new Set([0, 2]));
    expect(createChooser(policy, [1], evenly(1))(() => FINE, 0)).toBeUndefined();
  });

  it('takes one that stands aside when nothing else works', () => {
    const choose = createChooser(policy, [1, 1], evenly(2));
    expect(choose((place) => ({ ...FINE, isHealthy: place === 1, isAside: true }))).toBe(1);
  });
});

describe.each(['round_robin', 'random'] as const)('over time, %s', (policy) => {
  it('gives each the share that its weight is of the whole', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 }), (weights) => {
        const whole = weights.reduce((sum, weight) => sum + weight, 0);
        expect(chosen(policy, weights, 3 * whole)).toEqual(weights.map((weight) => 3 * weight));
      }),
    );
  });

  it('shares what is left among those that work', () => {
    const counts = chosen(policy, [3, 4, 1], 40, (place) => ({ ...FINE, isHealthy: place !== 1 }));
    expect(counts).toEqual([30, 0, 10]);
  });
});

describe('round_robin', () => {
  it('spreads the turns of a heavy one over the round', () => {
    const choose = createChooser('round_robin', [5, 1, 1], () => 0);
    expect(Array.from({ length: 7 }, () => choose(() => FINE))).toEqual([0, 0, 1, 0, 2, 0, 0]);
  });

  it('gives one that comes back its turns, and not those that it has missed', () => {
    const choose = createChooser('round_robin', [1, 1], () => 0);
    for (let time = 0; time < 100; time += 1) choose((place) => ({ ...FINE, isHealthy: place === 0 }));
    const after = Array.from({ length: 4 }, () => choose(() => FINE));
    expect(after.filter((place) => place === 1)).toHaveLength(2);
  });
});

describe('least_request', () => {
  const standing = (loads: readonly number[]) => (place: number) => ({ ...FINE, load: loads[place] ?? 0 });

  it('takes whoever has least under way', () => {
    const choose = createChooser('least_request', [1, 1, 1], () => 0);
    expect(choose(standing([4, 2, 3]))).toBe(1);
  });

  it('counts what is under way by weight', () => {
    const choose = createChooser('least_request', [4, 1], () => 0);
    expect(choose(standing([3, 1]))).toBe(0);
    expect(choose(standing([9, 1]))).toBe(1);
  });

  it('lets equals take turns', () => {
    const choose = createChooser('least_request', [1, 1, 1], () => 0);
    expect(Array.from({ length: 6 }, () => choose(() => FINE))).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it('comes to the shares of the weights where every request lasts', () => {
    const choose = createChooser('least_request', [1, 2, 5], () => 0);
    const loads = [0, 0, 0];
    for (let time = 0; time < 80; time += 1) {
      const place = choose(standing(loads)) ?? 0;
      loads[place] = (loads[place] ?? 0) + 1;
    }
    expect(loads).toEqual([10, 20, 50]);
  });
});
