import type { Row, SqlValue, Statement } from '../port.ts';
import { boundedLimit } from './list-filter.ts';
import { SESSION_SHAPE } from './browser-sessions.ts';
import { parseRow, selectAll } from './table-shape.ts';

/**
 * What asking providers again needs of sessions: which are due, whose turn it is, and what was learnt. A lease makes it
 * one process at a time, and a write that no longer holds it changes nothing: a refresh token is often good once, and of
 * two who use it one ends the session.
 */
export interface DueSession {
  readonly id: string;
  /** `idp_…` */
  readonly provider: string;
  readonly subject: string;
  /** Sealed. */
  readonly refreshToken: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
  /** Times in a row that the provider could not be asked. */
  readonly failures: number;
  /** Tokens made for it, ever: with that number nothing has been made since it was read. */
  readonly tokens: number;
}

const FREE = '("lease_until" is null or "lease_until" <= ?)';
const DUE =
  `${selectAll('session', SESSION_SHAPE)} where "refresh_at" <= ? and "expires_at" > ? and "refresh_token" is not null` +
  ` and ${FREE} order by "refresh_at", "id" limit ?`;
const TAKE = `update "session" set "lease" = ?, "lease_until" = ? where "id" = ? and "refresh_at" <= ? and ${FREE}`;
const FIND_HELD = `${selectAll('session', SESSION_SHAPE)} where "id" = ? and "lease" = ?`;
const KEEP =
  'update "session" set "refresh_token" = ?, "id_token" = coalesce(?, "id_token"), "refresh_at" = ?, "failures" = 0,' +
  ' "lease" = null, "lease_until" = null where "id" = ? and "lease" = ? and "tokens" = ?';
const PUT_OFF =
  'update "session" set "refresh_at" = ?, "failures" = ?, "lease" = null, "lease_until" = null where "id" = ? and "lease" = ?';

/** Along what is due: an index by provider would have all sessions of it sorted. */
const LEAVE_ALONE =
  `update "session" set "refresh_at" = ? where "id" in` +
  ` (select "id" from "session" where "refresh_at" <= ? and coalesce("provider", '') = ? and ${FREE} order by "refresh_at", "id" limit ?)`;

/** Those whose provider is to be asked now and that nobody is asking about; longest due first. `now` in epoch seconds. */
export function dueSessions(now: number, limit: number): Statement {
  return { sql: DUE, parameters: [now, now, now, boundedLimit(limit)] };
}

/** A `conflict` when somebody else holds it, or when it is not due any more. */
export function takeLease(id: string, lease: Lease): Statement {
  const { holder, now, until } = lease;
  return { sql: TAKE, parameters: [holder, until, id, now, now], changes: 1 };
}

export interface Lease {
  /** A number of this one attempt. */
  readonly holder: string;
  /** Epoch seconds. */
  readonly now: number;
  readonly until: number;
}

/** No row: it has ended, or is not held by this holder. */
export function findHeld(id: string, holder: string): Statement {
  return { sql: FIND_HELD, parameters: [id, holder] };
}

export interface Kept {
  /** Sealed. */
  readonly refreshToken: string;
  readonly idToken?: string;
  /** Epoch seconds. */
  readonly refreshAt: number;
}

/** Lets go of it. A `conflict` when it is not held any more, has ended, or has got a further token since it was read. */
export function keepRefreshed(
  { id, tokens }: Pick<DueSession, 'id' | 'tokens'>,
  holder: string,
  { refreshToken, idToken, refreshAt }: Kept,
): Statement {
  const parameters: SqlValue[] = [refreshToken, idToken ?? null, refreshAt, id, holder, tokens];
  return { sql: KEEP, parameters, changes: 1 };
}

/** Lets go of it until later. */
export function putOff(
  id: string,
  holder: string,
  { refreshAt, failures }: { readonly refreshAt: number; readonly failures: number },
): Statement {
  return { sql: PUT_OFF, parameters: [refreshAt, failures, id, holder], changes: 1 };
}

/** Of those that are due and nobody holds, the next ones of a provider wait. Epoch seconds. */
export function leaveAlone(
  provider: string,
  { now, until, limit }: { readonly now: number; readonly until: number; readonly limit: number },
): Statement {
  return { sql: LEAVE_ALONE, parameters: [until, now, provider, now, boundedLimit(limit)] };
}

/** Reads a row back; throws when it is not one of ours. */
export function parseDueSession(row: Row): DueSession {
  const stored = parseRow('session', SESSION_SHAPE, row);
  return {
    id: stored.id,
    provider: stored.provider,
    subject: stored.subject,
    refreshToken: stored.refresh_token ?? '',
    expiresAt: stored.expires_at,
    failures: stored.failures,
    tokens: stored.tokens,
  };
}
