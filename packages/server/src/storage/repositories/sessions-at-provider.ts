import type { Row, Statement } from '../port.ts';
import { textOf } from './look-up.ts';
import { boundedLimit } from './list-filter.ts';

/** Sessions of browsers, found by what their provider calls them, or by nobody having used them. Ids, oldest first, in pages. */

const PAGE = ' and "id" > ? order by "id" limit ?';
const OF_SUBJECT = `select "id" from "session" where "provider" = ? and "subject" = ? and "created_at" <= ?${PAGE}`;
const OF_PROVIDER_SESSION =
  `select "id" from "session" where "provider" = ? and "provider_session" = ?` +
  ` and "subject" = coalesce(?, "subject") and "created_at" <= ?${PAGE}`;

/** When any token of it was used last; null when none was. */
const USED_LAST =
  `(select max("used_at") from "last_use" where "last_use"."id" = "session"."id" or "last_use"."id" in` +
  ` (select "token"."id" from "token" where "token"."session" = "session"."id"))`;

/** As many rows as the page is long, idle or not: so that no page walks through all of them. */
const USES = `select "id", "created_at", ${USED_LAST} as "used_at" from "session" where "id" > ? order by "id" limit ?`;

export interface AtProvider {
  /** `idp_…` */
  readonly provider: string;
  readonly subject?: string;
  /** `sid` */
  readonly providerSession?: string;
  /** Epoch seconds: what began later is none of it. */
  readonly begunBy: number;
}

/** By the session at the provider where that is named, and else all of the subject. */
export function sessionsAtProvider(
  { provider, subject, providerSession, begunBy }: AtProvider,
  after: string,
  limit: number,
): Statement {
  return providerSession === undefined
    ? { sql: OF_SUBJECT, parameters: [provider, subject ?? '', begunBy, after, boundedLimit(limit)] }
    : {
        sql: OF_PROVIDER_SESSION,
        parameters: [provider, providerSession, subject ?? null, begunBy, after, boundedLimit(limit)],
      };
}

export function parseSessionId(row: Row): string {
  return textOf(row, 'id');
}

/** Every session with when it was used last: for {@link parseUse}. */
export function sessionUses(after: string, limit: number): Statement {
  return { sql: USES, parameters: [after, boundedLimit(limit)] };
}

/** Epoch seconds; one that was never used since has been when it was begun. */
export function parseUse(row: Row): { readonly id: string; readonly usedAt: number } {
  return { id: textOf(row, 'id'), usedAt: Math.max(Number(row['created_at']), Number(row['used_at'] ?? 0)) };
}
