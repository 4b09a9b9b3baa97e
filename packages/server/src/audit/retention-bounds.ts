/**
 * Seconds after which no token that was issued is live: the longest life that a configuration may give (365 days), the
 * largest leeway, and a day. What only concerns live tokens may go then.
 */
export const LONGEST_TOKEN_LIFE = 366 * 24 * 3600;
