import type { Statement } from '../port.ts';
import { USED_AT } from './last-uses.ts';
import { AFTER_ALL, boundedLimit } from './list-filter.ts';
import { selectAll } from './table-shape.ts';
import { TOKEN_SHAPE } from './tokens.ts';

/** Sessions of a person of an identity provider: their tokens, found by who they are and not by whose. */

const OF_PERSON =
  `${selectAll('token', TOKEN_SHAPE, [USED_AT])} where "prefix" = 'css' and "issuer" = ? and "subject" = ?` +
  ` and "id" < ? and "expires_at" > ? and "expires_at" <= ? and coalesce("revoked_at", 0) <= ?` +
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
    filter === 'active' ? 0 : Number.MAX_SAFE_INTEGER,
    boundedLimit(limit),
  ];
  return { sql: OF_PERSON, parameters };
}
