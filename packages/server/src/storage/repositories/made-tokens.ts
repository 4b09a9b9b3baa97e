import type { Row, SqlValue, Statement } from '../port.ts';
import { AFTER_ALL, boundedLimit } from './list-filter.ts';
import { insertInto, parseRow, selectAll, type TableShape } from './table-shape.ts';
import { parseUsedAt, USED_AT } from './last-uses.ts';
import { parseToken, TOKEN_SHAPE, type StoredToken } from './tokens.ts';

/** Tokens that were made over the API: their name, who made them, and the row of `token` that they are. */

export interface MadeToken {
  /** `tok_…` */
  readonly id: string;
  readonly organization: string;
  /** {@link principalId} of whom it speaks as. */
  readonly principal: string;
  readonly name?: string;
  readonly description: string;
  /** {@link principalId} */
  readonly createdBy: string;
  /** Epoch seconds. */
  readonly createdAt: number;
}

export const MADE_TOKEN_SHAPE: TableShape<'made_token'> = {
  id: 'text',
  organization: 'text',
  principal: 'text',
  name: 'text?',
  description: 'text',
  created_by: 'text',
  created_at: 'integer',
};

export const INSERT_MADE_TOKEN = insertInto(
  'made_token',
  MADE_TOKEN_SHAPE,
  'on conflict ("organization", "name") do nothing',
);
const FIND = `${selectAll('made_token', MADE_TOKEN_SHAPE)} where "id" = ?`;
const FIND_BY_NAME = `${selectAll('made_token', MADE_TOKEN_SHAPE)} where "organization" = ? and "name" = ?`;

const OF_TOKEN = Object.keys(TOKEN_SHAPE)
  .map((column) => `"token"."${column}"`)
  .join(', ');
const JOINED = `"made_token" join "token" on "token"."id" = "made_token"."id"`;
const LIST =
  `select ${OF_TOKEN}, "made_token"."name", "made_token"."description", "made_token"."created_by", "made_token"."created_at", ${USED_AT}` +
  ` from ${JOINED}` +
  ` where "made_token"."organization" = ? and "made_token"."principal" = ? and "made_token"."id" < ?` +
  ` and "token"."expires_at" > ? and "token"."expires_at" <= ? and ("token"."revoked_at" is null or "token"."revoked_at" > ?)` +
  ` order by "made_token"."id" desc limit ?`;
const COUNT_LIVE =
  `select count(*) as "rows" from (select 1 as "one" from ${JOINED}` +
  ` where "made_token"."organization" = ? and "made_token"."principal" = ?` +
  ` and "token"."expires_at" > ? and ("token"."revoked_at" is null or "token"."revoked_at" > ?) limit ?) as "live"`;

/** A name that the organization has given before, to whatever token, is a `conflict`. */
export function insertMadeToken(token: MadeToken): Statement {
  const row = {
    id: token.id,
    organization: token.organization,
    principal: token.principal,
    name: token.name ?? null,
    description: token.description,
    created_by: token.createdBy,
    created_at: token.createdAt,
  };
  return { ...INSERT_MADE_TOKEN(row), changes: 1 };
}

/** By `tok_…`; also of a token that has been swept. */
export function findMadeToken(id: string): Statement {
  return { sql: FIND, parameters: [id] };
}

/** Whatever token has the name, or had it. */
export function findMadeTokenByName(organization: string, name: string): Statement {
  return { sql: FIND_BY_NAME, parameters: [organization, name] };
}

/** One row, `rows`: how many speak as a principal and neither have expired nor are revoked by themselves; at most `limit`. */
export function countLiveMadeTokens(
  { organization, principal }: Pick<MadeToken, 'organization' | 'principal'>,
  now: number,
  limit: number,
): Statement {
  return { sql: COUNT_LIVE, parameters: [organization, principal, now, now, limit] };
}

export function parseMadeToken(row: Row): MadeToken {
  const made = parseRow('made_token', MADE_TOKEN_SHAPE, row);
  return {
    id: made.id,
    organization: made.organization,
    principal: made.principal,
    ...(made.name === null ? {} : { name: made.name }),
    description: made.description,
    createdBy: made.created_by,
    createdAt: made.created_at,
  };
}

export interface MadeTokenQuery {
  readonly organization: string;
  /** {@link principalId} */
  readonly principal: string;
  readonly filter: 'active' | 'expired' | 'all';
  /** Id of the last token of the page before. */
  readonly after?: string;
  readonly limit: number;
}

/** Newest first. `active`: neither expired nor revoked by itself at `now` (epoch seconds). */
export function listMadeTokens(query: MadeTokenQuery, now: number): Statement {
  const { filter } = query;
  const parameters: readonly SqlValue[] = [
    query.organization,
    query.principal,
    query.after ?? AFTER_ALL,
    filter === 'active' ? now : -1,
    filter === 'expired' ? now : Number.MAX_SAFE_INTEGER,
    filter === 'active' ? now : -1,
    boundedLimit(query.limit),
  ];
  return { sql: LIST, parameters };
}

export interface ListedMadeToken extends StoredToken {
  readonly name: string;
  readonly description: string;
  readonly createdBy: string;
  /** Epoch seconds; later than `issuedAt` where that is another token's. */
  readonly createdAt: number;
  /** Epoch seconds, 0 = never. */
  readonly usedAt: number;
}

export function parseListedMadeToken(row: Row): ListedMadeToken {
  const { name, description, created_by: createdBy, created_at: createdAt } = row;
  if (typeof description !== 'string' || typeof createdBy !== 'string')
    throw new Error('storage: made_token is not what was written');
  return {
    ...parseToken(row),
    name: typeof name === 'string' ? name : '',
    description,
    createdBy,
    createdAt: Number(createdAt),
    usedAt: parseUsedAt(row),
  };
}
