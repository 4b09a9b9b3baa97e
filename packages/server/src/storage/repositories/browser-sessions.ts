import type { Claims, Principal } from '@countersign/core';
import type { Row, Statement } from '../port.ts';
import { AFTER_ALL, boundedLimit } from './list-filter.ts';
import { insertInto, parseRow, selectAll, type TableShape } from './table-shape.ts';

/**
 * Sessions that people began in a browser: what is known of one besides its tokens. Its row goes when it ends, and with
 * it what the provider gave.
 */
export interface BrowserSession {
  /** `tok_…` of the token of the service host. */
  readonly id: string;
  /** `idp_…`; empty when no provider has vouched. */
  readonly provider: string;
  readonly subject: string;
  /** `sid` at the provider. */
  readonly providerSession?: string;
  /** Sealed. */
  readonly refreshToken?: string;
  readonly idToken?: string;
  readonly address: string;
  readonly userAgent: string;
  /** Epoch seconds. */
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Absent: the provider is never asked again. */
  readonly refreshAt?: number;
}

/** As it is stored; `tokens` goes up with every token that is made for it. */
export interface StoredSession extends BrowserSession {
  readonly tokens: number;
}

export const SESSION_SHAPE: TableShape<'session'> = {
  id: 'text',
  provider: 'text',
  subject: 'text',
  provider_session: 'text?',
  refresh_token: 'text?',
  id_token: 'text?',
  principal: 'text?',
  claims: 'text?',
  address: 'text',
  user_agent: 'text',
  created_at: 'integer',
  expires_at: 'integer',
  refresh_at: 'integer?',
  refreshed_at: 'integer?',
  failures: 'integer',
  lease: 'text?',
  lease_until: 'integer?',
  tokens: 'integer',
};

const insert = insertInto('session', SESSION_SHAPE);
const FIND = `${selectAll('session', SESSION_SHAPE)} where "id" = ?`;
const USED_LAST =
  `(select max("used_at") from "last_use" where "last_use"."id" = "session"."id" or "last_use"."id" in` +
  ` (select "token"."id" from "token" where "token"."session" = "session"."id")) as "used_at"`;
const OF_PERSON =
  `${selectAll('session', SESSION_SHAPE, [USED_LAST])} where "provider" = ? and "subject" = ? and "id" < ?` +
  ` and "expires_at" > ? order by "id" desc limit ?`;
const ONE_MORE = 'update "session" set "tokens" = "tokens" + 1 where "id" = ? and "expires_at" > ?';
/** What an event answers for, and the last such event for good. */
export const REFRESH_SESSION =
  'update "session" set "principal" = ?, "claims" = ?, "refreshed_at" = ? where "id" = ?';
const END = 'delete from "session" where "id" = ? and "tokens" = ?';
const REFRESHED_PAGE =
  'select "id", "principal", "claims", "refreshed_at" from "session" where "id" > ? and ("principal" is not null or "claims" is not null or "refreshed_at" is not null) order by "id" limit ?';
const TOKENS =
  'select "hash", "id" from "token" where ("id" = ? or "session" = ?) and ("revoked_at" is null or "revoked_at" > ?)' +
  ' and "expires_at" > ? order by "id" limit ?';

export function insertSession(session: BrowserSession): Statement {
  return insert({
    id: session.id,
    provider: session.provider,
    subject: session.subject,
    provider_session: session.providerSession ?? null,
    refresh_token: session.refreshToken ?? null,
    id_token: session.idToken ?? null,
    principal: null,
    claims: null,
    address: session.address,
    user_agent: session.userAgent,
    created_at: session.createdAt,
    expires_at: session.expiresAt,
    refresh_at: session.refreshAt ?? null,
    refreshed_at: null,
    failures: 0,
    lease: null,
    lease_until: null,
    tokens: 0,
  });
}

export function findSession(id: string): Statement {
  return { sql: FIND, parameters: [id] };
}

/** A token is made for it: a `conflict` when it has ended meanwhile. `now` in epoch seconds. */
export function oneMoreToken(id: string, now: number): Statement {
  return { sql: ONE_MORE, parameters: [id, now], changes: 1 };
}

/**
 * Who the holder is, and with which claims, from now on: for every token of the session. A `conflict` when it has ended.
 * `at` in epoch seconds.
 */
export function refreshSession(
  id: string,
  { principal, claims, at }: { readonly principal: Principal; readonly claims: Claims; readonly at: number },
): Statement {
  return {
    sql: REFRESH_SESSION,
    parameters: [JSON.stringify(principal), JSON.stringify(claims), at, id],
    changes: 1,
  };
}

/** Those that have been refreshed, by id, in pages: for whoever verifies the trail. */
export function refreshedSessionsPage(after: string, limit: number): Statement {
  return { sql: REFRESHED_PAGE, parameters: [after, boundedLimit(limit)] };
}

/** A `conflict` when it has ended already, or when a token has been made for it that whoever ends it has not seen. */
export function endSession({ id, tokens }: Pick<StoredSession, 'id' | 'tokens'>): Statement {
  return { sql: END, parameters: [id, tokens], changes: 1 };
}

/** Those of its tokens that have not ended, oldest first, its own among them: for {@link parseSessionToken}. */
export function tokensOfSession(id: string, now: number, limit: number): Statement {
  return { sql: TOKENS, parameters: [id, id, now, now, boundedLimit(limit)] };
}

/** Live ones of a person, newest first, each with when any of its tokens was last used. */
export function sessionsOfPerson(
  { provider, subject }: Pick<BrowserSession, 'provider' | 'subject'>,
  { after, limit, now }: { readonly after?: string; readonly limit: number; readonly now: number },
): Statement {
  return { sql: OF_PERSON, parameters: [provider, subject, after ?? AFTER_ALL, now, boundedLimit(limit)] };
}

export function parseSession(row: Row): StoredSession {
  const stored = parseRow('session', SESSION_SHAPE, row);
  return {
    id: stored.id,
    provider: stored.provider,
    subject: stored.subject,
    ...(stored.provider_session === null ? {} : { providerSession: stored.provider_session }),
    ...(stored.refresh_token === null ? {} : { refreshToken: stored.refresh_token }),
    ...(stored.id_token === null ? {} : { idToken: stored.id_token }),
    address: stored.address,
    userAgent: stored.user_agent,
    createdAt: stored.created_at,
    expiresAt: stored.expires_at,
    ...(stored.refresh_at === null ? {} : { refreshAt: stored.refresh_at }),
    tokens: stored.tokens,
  };
}

export function parseSessionToken(row: Row): { readonly hash: Uint8Array; readonly id: string } {
  const { hash, id } = row;
  if (typeof hash !== 'string' || typeof id !== 'string')
    throw new Error('storage: token is not what was written');
  return { hash: Buffer.from(hash, 'base64url'), id };
}
