import type { Pick } from './model.ts';

/**
 * The target that would have the least under way for its weight. Every one is looked at: there are few, and of two
 * drawn by lot both can be the busy ones. Equals take turns, or the first of an idle list would get everything.
 */
export function leastRequest(weights: readonly number[]): Pick {
  let last = -1;
  return (eligible, loadOf) => {
    const cost = (place: number): number => (loadOf(place) + 1) / (weights[place] ?? 1);
    const least = Math.min(...eligible.map(cost));
    const equal = eligible.filter((place) => cost(place) === least);
    last = equal.find((place) => place > last) ?? equal[0] ?? 0;
    return last;
  };
}
