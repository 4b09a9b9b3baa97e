import type { Pick } from './model.ts';

/**
 * Weighted and smooth: with weights 5, 1 and 1 the turns are a a b a c a a, never five times a in a row. Every target
 * earns its weight in each round; who has most is chosen, and pays what the round has given to all.
 */
export function smoothRoundRobin(weights: readonly number[]): Pick {
  const credit = weights.map(() => 0);
  return (eligible) => {
    let chosen = eligible[0] ?? 0;
    let round = 0;
    for (const place of eligible) {
      const weight = weights[place] ?? 1;
      round += weight;
      credit[place] = (credit[place] ?? 0) + weight;
      if ((credit[place] ?? 0) > (credit[chosen] ?? 0)) chosen = place;
    }
    credit[chosen] = (credit[chosen] ?? 0) - round;
    return chosen;
  };
}
