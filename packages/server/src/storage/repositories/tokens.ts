import { isObject, TOKEN_PREFIXES, type Claims, type Json } from '@countersign/core';
import type { TokenRecord } from '../../tokens/model.ts';
import type { Row, Statement } from '../port.ts';
import { parsePrincipal } from './principals.ts';
import {
  insertInto,
  parseJsonColumn,
  parseOneOf,
  parseRow,
  selectAll,
  type TableShape,
} from './table-shape.ts';

/** Access tokens by the SHA-256 of their value; the value never comes here. */

/** A token as storage knows it, live or not. */
export interface StoredToken {
  /** SHA-256 of the whole value. */
  readonly hash: Uint8Array;
  readonly record: TokenRecord;
  /** Epoch seconds; absent while it has not been revoked. */
  readonly revokedAt?: number;
}

const SHAPE: TableShape<'token'> = {
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
};

const insert = insertInto('token', SHAPE);
const FIND = `${selectAll('token', SHAPE)} where "hash" = ?`;
const LIVE_PAGE = `${selectAll('token', SHAPE)} where "hash" > ? and "expires_at" > ? and "revoked_at" is null order by "hash" limit ?`;
const REVOKE = 'update "token" set "revoked_at" = ? where "hash" = ? and "revoked_at" is null';

const textOf = (hash: Uint8Array): string =>
  Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('base64url');

/** A second token with the same hash fails the unit: it is the primary key. */
export function insertToken(hash: Uint8Array, record: TokenRecord): Statement {
  return insert({
    hash: textOf(hash),
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
  });
}

/** Live, expired or revoked: the row tells. */
export function findToken(hash: Uint8Array): Statement {
  return { sql: FIND, parameters: [textOf(hash)] };
}

/** Tokens that are live at `now` (epoch seconds), by ascending hash; the first page follows no hash. */
export function liveTokensPage(after: Uint8Array | undefined, now: number, limit: number): Statement {
  return { sql: LIVE_PAGE, parameters: [after ? textOf(after) : '', now, limit] };
}

/** Ends a token, once: of two revocations the second is a `conflict`, and so is that of an unknown token. */
export function revokeToken(hash: Uint8Array, at: number): Statement {
  return { sql: REVOKE, parameters: [at, textOf(hash)], changes: 1 };
}

/** Reads a row back; throws when it is not one of ours. */
export function parseToken(row: Row): StoredToken {
  const stored = parseRow('token', SHAPE, row);
  const claims = parseJsonColumn('token.claims', stored.claims) as Json;
  if (!isObject(claims)) throw new Error('storage: token.claims is not an object');
  return {
    hash: Buffer.from(stored.hash, 'base64url'),
    record: tokenOf(stored, claims),
    ...(stored.revoked_at === null ? {} : { revokedAt: stored.revoked_at }),
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
    expiresAt: stored.expires_at,
  };
}
