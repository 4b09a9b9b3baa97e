import { err, ok, type Result } from '../result.ts';

/** Seconds a token lives when the request does not say. */
export const DEFAULT_EXPIRATION = 7200;

/** Seconds a signed token lives at most: who verifies it without asking hears of no revocation. */
export const SIGNED_MAX_EXPIRATION = 3600;

/** Seconds granted: what was asked for, or the default, and never more than any limit. */
export function lifetime(requested: number | undefined, limits: readonly number[]): number {
  return limits.reduce((granted, limit) => Math.min(granted, limit), requested ?? DEFAULT_EXPIRATION);
}

/**
 * The limit that matching allows set together: the longest of theirs, because allows join (each alone would have let
 * the caller in for as long as it says). An allow without a maximum has no bound of its own.
 */
export function policyLimit(
  determining: readonly string[],
  maxExpiration: ReadonlyMap<string, number>,
): number {
  return determining.reduce((longest, id) => Math.max(longest, maxExpiration.get(id) ?? Infinity), 0);
}

const DECIMAL = /^[0-9]{1,32}$/;

/**
 * Whole seconds greater than zero, from a JSON number or a decimal string (a form has no numbers). More than a number
 * holds exactly, such as the largest of 64 bits, is asking for as long as may be.
 */
export function parseExpiration(value: string | number): Result<number, 'request.parameter'> {
  if (typeof value === 'string' && !DECIMAL.test(value)) return err('request.parameter');
  const seconds = Number(value);
  if (!Number.isInteger(seconds) || seconds <= 0) return err('request.parameter');
  return ok(Math.min(seconds, Number.MAX_SAFE_INTEGER));
}
