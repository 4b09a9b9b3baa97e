import type { Statement } from '../port.ts';
import { USED_AT } from './last-uses.ts';
import { AFTER_ALL, boundedLimit } from './list-filter.ts';
import { selectTokens } from './tokens.ts';

/**
 * Sessions of a person of an identity provider, one token each: found by who they are and not by whose. What a route
 * host holds of a session is no session of its own.
 */

const OF_PERSON =
  `${selectTokens([USED_AT])} where "prefix" = 'css' and "session" is null and "issuer" = ? and "subject" = ?` +
  ` and "id" < ? and "expires_at" > ? and "expires_at" <= ? and ("revoked_at" is null or "revoked_at" > ?)` +
  ` order by "id" desc limit ?`;

export interface SessionListQuery {
  /** `idp_…` */
  readonly provider: string;
  readonly subject: string;
  readonly filter: 'active' | 'expired' | 'all';
  /** Id of the last session of the page before. */
  readonly after?: string;
  readonly limit: number;
}

/** Newest first. `active`: neither expired nor revoked by itself at `now` (epoch seconds). */
export function listSessions(
  { provider, subject, filter, after, limit }: SessionListQuery,
  now: number,
): Statement {
  const parameters = [
    provider,
    subject,
    after ?? AFTER_ALL,
    filter === 'active' ? now : -1,
    filter === 'expired' ? now : Number.MAX_SAFE_INTEGER,
    filter === 'active' ? now : -1,
    boundedLimit(limit),
  ];
  return { sql: OF_PERSON, parameters };
}
