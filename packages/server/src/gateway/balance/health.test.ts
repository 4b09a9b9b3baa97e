import { describe, expect, it } from 'vitest';
import { checked, HEALTHY_AFTER, UNCHECKED, UNHEALTHY_AFTER, type Health } from './health.ts';

/** `+` and `-` for checks that are good and bad. */
const after = (checks: string): Health =>
  checks.split('').reduce((health, check) => checked(health, check === '+'), UNCHECKED);
const isHealthy = (checks: string): boolean => after(checks).isHealthy;

describe('the health of a target', () => {
  it('is good until a check has been answered, and then what that says', () => {
    expect(isHealthy('')).toBe(true);
    expect(isHealthy('+')).toBe(true);
    expect(isHealthy('-')).toBe(false);
  });

  it('falls with the third failure in a row, not with the second', () => {
    expect(UNHEALTHY_AFTER).toBe(3);
    expect([isHealthy('+--'), isHealthy('+---')]).toEqual([true, false]);
    expect(isHealthy('+--+--+--')).toBe(true);
  });

  it('rises with the second good check in a row, not with the first', () => {
    expect(HEALTHY_AFTER).toBe(2);
    expect([isHealthy('-+'), isHealthy('-++')]).toEqual([false, true]);
    expect(isHealthy('-+-+-+')).toBe(false);
    expect(isHealthy('-+-++')).toBe(true);
  });
});
