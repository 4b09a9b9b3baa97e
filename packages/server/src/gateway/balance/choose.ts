import type { BalancingPolicy } from '@countersign/core';
import { leastRequest } from './least-request.ts';
import type { Pick, Standing } from './model.ts';
import { weightedRandom } from './random.ts';
import { smoothRoundRobin } from './round-robin.ts';

/**
 * Which of a route's targets a request goes to. It knows no connection and no time: how targets stand comes in. What
 * does not work is never chosen, not even when nothing else is left: then there is no choice, and the answer is 503.
 */

/** Place of the target to use; `undefined` when none works. `except`: one that has been tried. */
export type Choose = (standing: (place: number) => Standing, except?: number) => number | undefined;

const POLICIES: Readonly<
  Record<BalancingPolicy, (weights: readonly number[], random: () => number) => Pick>
> = {
  round_robin: smoothRoundRobin,
  least_request: leastRequest,
  random: weightedRandom,
};

/** `random`: at least 0, less than 1. */
export function createChooser(
  policy: BalancingPolicy,
  weights: readonly number[],
  random: () => number,
): Choose {
  const pick = POLICIES[policy](weights, random);
  return (standing, except) => {
    const now = weights.map((_weight, place) => standing(place));
    const healthy = [...now.keys()].filter((place) => now[place]?.isHealthy === true && place !== except);
    const inTurn = healthy.filter((place) => now[place]?.isAside === false);
    const eligible = inTurn.length > 0 ? inTurn : healthy;
    return eligible.length > 0 ? pick(eligible, (place) => now[place]?.load ?? 0) : undefined;
  };
}
