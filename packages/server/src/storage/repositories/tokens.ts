import { isObject, TOKEN_PREFIXES, type Claims, type Json } from '@countersign/core';
import type { TokenRecord } from '../../tokens/model.ts';
import type { Row, SqlValue, Statement } from '../port.ts';
import { AFTER_ALL, boundedLimit, holdsText } from './list-filter.ts';
import { parsePrincipal } from './principals.ts';
import {
  insertInto,
  parseJsonColumn,
  parseOneOf,
  parseRow,
  parseTexts,
  type TableShape,
} from './table-shape.ts';
import { USED_AT } from './last-uses.ts';

/** Access tokens by the SHA-256 of their value; the value never comes here. */

/** A token as storage knows it, live or not. */
export interface StoredToken {
  /** SHA-256 of the whole value. */
  readonly hash: Uint8Array;
  readonly record: TokenRecord;
  /** Epoch seconds; absent while it has not been revoked. Ahead of now: it ends then, and `record` says so. */
  readonly revokedAt?: number;
  /** `tok_…` of the token whose session it belongs to, where it is not that token. */
  readonly session?: string;
}

export const TOKEN_SHAPE: TableShape<'token'> = {
  hash: 'text',
  id: 'text',
  prefix: 'text',
  organization: 'text?',
  principal: 'text',
  issuer: 'text',
  subject: 'text',
  claims: 'text',
  exchange: 'text',
  issued_at: 'integer',
  expires_at: 'integer',
  revoked_at: 'integer?',
  policies: 'text',
  resources: 'text',
  format: 'text',
  session: 'text?',
};

/**
 * Who a session speaks as, and with which claims, is what its provider has last said: its row says so for all of its
 * tokens, whose own rows never change.
 */
const asRefreshed = (column: 'principal' | 'claims'): string =>
  `case when "prefix" = 'css' then coalesce((select "session"."${column}" from "session"` +
  ` where "session"."id" = coalesce("token"."session", "token"."id")), "token"."${column}") else "token"."${column}" end as "${column}"`;

/** `select` of tokens as they count now, and of expressions that are written out; for {@link parseToken}. */
export function selectTokens(also: readonly string[] = []): string {
  const columns = Object.keys(TOKEN_SHAPE).map((column) =>
    column === 'principal' || column === 'claims' ? asRefreshed(column) : `"token"."${column}"`,
  );
  return `select ${[...columns, ...also].join(', ')} from "token"`;
}

export const INSERT_TOKEN = insertInto('token', TOKEN_SHAPE);
const FIND = `${selectTokens()} where "hash" = ?`;
const FIND_BY_ID = `${selectTokens()} where "id" = ?`;
/** Who a token speaks as is told by its decision, which stays as long as the token lives. */
const LIST =
  `${selectTokens([USED_AT])} where "organization" = ? and "session" is null and "id" < ? and "expires_at" > ? and "expires_at" <= ?` +
  ` and ("revoked_at" is null or "revoked_at" > ?) and "issuer" = coalesce(?, "issuer") and "subject" = coalesce(?, "subject")` +
  ` and "policies" like coalesce(?, '%') escape '!'` +
  ` and (coalesce(?, '') = '' or exists (select 1 from "decision" where "decision"."id" = "token"."exchange" and "decision"."principal" = ?))` +
  ` and not exists (select 1 from "made_token" where "made_token"."id" = "token"."id")` +
  ` order by "id" desc limit ?`;
const LIVE_PAGE = `${selectTokens()} where "hash" > ? and "expires_at" > ? and ("revoked_at" is null or "revoked_at" > ?) order by "hash" limit ?`;
/** An end that is still ahead gives way to an earlier one, never to a later one. */
export const REVOKE_TOKEN =
  'update "token" set "revoked_at" = ? where "hash" = ? and ("revoked_at" is null or "revoked_at" > ?)';

const hashText = (hash: Uint8Array): string =>
  Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('base64url');

/** A second token with the same hash fails the unit: it is the primary key. `session`: see {@link StoredToken}. */
export function insertToken(hash: Uint8Array, record: TokenRecord, session?: string): Statement {
  return INSERT_TOKEN({
    hash: hashText(hash),
    id: record.id,
    prefix: record.prefix,
    organization: record.organization ?? null,
    principal: JSON.stringify(record.principal),
    issuer: record.issuer,
    subject: record.subject,
    claims: JSON.stringify(record.claims),
    exchange: record.exchange,
    issued_at: record.issuedAt,
    expires_at: record.expiresAt,
    revoked_at: null,
    policies: JSON.stringify(record.policies),
    resources: JSON.stringify(record.resources),
    format: record.format,
    session: session ?? null,
  });
}

/** Live, expired or revoked: the row tells. */
export function findToken(hash: Uint8Array): Statement {
  return { sql: FIND, parameters: [hashText(hash)] };
}

/** By `tok_…`; live, expired or revoked. */
export function findTokenById(id: string): Statement {
  return { sql: FIND_BY_ID, parameters: [id] };
}

export interface TokenListQuery {
  readonly organization: string;
  readonly filter: 'active' | 'expired' | 'all';
  readonly issuer?: string;
  /** `pol_…`. */
  readonly policy?: string;
  readonly subject?: string;
  /** {@link principalId}. */
  readonly principal?: string;
  /** Id of the last token of the page before. */
  readonly after?: string;
  readonly limit: number;
}

/**
 * Tokens of an organization that came about by exchange, newest first, each with when it was last used. `active`: neither expired nor revoked by itself at `now` (epoch seconds); a
 * mass revocation is compared where tokens are used.
 */
export function listTokens(query: TokenListQuery, now: number): Statement {
  const { filter, issuer, policy, subject, principal } = query;
  const parameters: readonly SqlValue[] = [
    query.organization,
    query.after ?? AFTER_ALL,
    filter === 'active' ? now : -1,
    filter === 'expired' ? now : Number.MAX_SAFE_INTEGER,
    filter === 'active' ? now : -1,
    issuer ?? null,
    subject ?? null,
    policy === undefined ? null : holdsText(policy),
    principal ?? null,
    principal ?? null,
    boundedLimit(query.limit),
  ];
  return { sql: LIST, parameters };
}

/** Tokens that are live at `now` (epoch seconds), by ascending hash; the first page follows no hash. */
export function liveTokensPage(after: Uint8Array | undefined, now: number, limit: number): Statement {
  return { sql: LIVE_PAGE, parameters: [after ? hashText(after) : '', now, now, limit] };
}

/**
 * Ends a token at a time (epoch seconds), once: of two revocations the second is a `conflict` unless its time is
 * earlier, and so is that of an unknown token.
 */
export function revokeToken(hash: Uint8Array, at: number): Statement {
  return { sql: REVOKE_TOKEN, parameters: [at, hashText(hash), at], changes: 1 };
}

/** Reads a row back; throws when it is not one of ours. */
export function parseToken(row: Row): StoredToken {
  const stored = parseRow('token', TOKEN_SHAPE, row);
  const claims = parseJsonColumn('token.claims', stored.claims) as Json;
  if (!isObject(claims)) throw new Error('storage: token.claims is not an object');
  return {
    hash: Buffer.from(stored.hash, 'base64url'),
    record: tokenOf(stored, claims),
    ...(stored.revoked_at === null ? {} : { revokedAt: stored.revoked_at }),
    ...(stored.session === null ? {} : { session: stored.session }),
  };
}

function tokenOf(stored: ReturnType<typeof parseRow<'token'>>, claims: Claims): TokenRecord {
  return {
    id: stored.id,
    prefix: parseOneOf('token.prefix', TOKEN_PREFIXES, stored.prefix),
    principal: parsePrincipal(stored.principal),
    ...(stored.organization === null ? {} : { organization: stored.organization }),
    issuer: stored.issuer,
    subject: stored.subject,
    claims,
    exchange: stored.exchange,
    issuedAt: stored.issued_at,
    expiresAt: Math.min(stored.expires_at, stored.revoked_at ?? Infinity),
    policies: parseTexts('token.policies', stored.policies),
    resources: parseTexts('token.resources', stored.resources),
    format: parseOneOf('token.format', ['opaque', 'jwt'], stored.format),
  };
}
