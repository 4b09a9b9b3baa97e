import type { Claims } from '@countersign/core';

/**
 * What two sources say of one person, the first before the second. `email_verified` is never parted from the `email` that
 * it was said of: else an address that nobody has verified is believed by the word about another one.
 */
export function joinClaims(first: Claims, second: Claims): Claims {
  const { email, email_verified: verified, ...others } = second;
  if (Object.hasOwn(first, 'email')) return { ...others, ...first };
  const { email_verified: _, ...rest } = first;
  return {
    ...others,
    ...rest,
    ...(email === undefined ? {} : { email }),
    ...(email === undefined || verified === undefined ? {} : { email_verified: verified }),
  };
}
