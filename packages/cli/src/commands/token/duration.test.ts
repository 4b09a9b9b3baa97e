import { describe, expect, it } from 'vitest';
import { duration } from './duration.ts';

describe('a duration', () => {
  it.each([
    [0, '0s'],
    [-5, '0s'],
    [59.9, '59s'],
    [60, '1m'],
    [294, '4m 54s'],
    [7200, '2h'],
    [7261, '2h 1m'],
    [86_400 * 12 + 3 * 3600 + 59, '12d 3h'],
  ])('of %d seconds reads %s', (seconds, text) => expect(duration(seconds)).toBe(text));
});
