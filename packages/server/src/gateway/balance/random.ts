import type { Pick } from './model.ts';

/** By lot, each target with the chance that its weight is of the whole. */
export function weightedRandom(weights: readonly number[], random: () => number): Pick {
  return (eligible) => {
    const whole = eligible.reduce((sum, place) => sum + (weights[place] ?? 1), 0);
    let rest = random() * whole;
    for (const place of eligible) {
      rest -= weights[place] ?? 1;
      if (rest < 0) return place;
    }
    // What rounding leaves over is the last one's.
    return eligible.at(-1) ?? 0;
  };
}
