import type { Row, Statement } from '../port.ts';
import { boundedLimit } from './list-filter.ts';
import { insertInto, parseRow, selectAll, type TableShape } from './table-shape.ts';

/** Policy documents by the hash of their text: a document that is there already is the same one. */

const SHAPE: TableShape<'policy_set'> = {
  hash: 'text',
  document: 'text',
  created_at: 'integer',
  used_at: 'integer?',
};

const insert = insertInto('policy_set', SHAPE, 'on conflict ("hash") do nothing');
const TOUCH = 'update "policy_set" set "used_at" = ? where "hash" = ?';
const PAGE = `${selectAll('policy_set', SHAPE)} where "hash" > ? order by "hash" limit ?`;
const FIND = `${selectAll('policy_set', SHAPE)} where "hash" = ?`;

/** `createdAt` in epoch seconds; the first time stands. */
export function insertPolicySet(hash: string, document: string, createdAt: number): Statement {
  return insert({ hash, document, created_at: createdAt, used_at: createdAt });
}

/** Says that the document is in force, now: retention keeps what was, for as long as decisions may cite it. */
export function touchPolicySet(hash: string, at: number): Statement {
  return { sql: TOUCH, parameters: [at, hash] };
}

export function findPolicySet(hash: string): Statement {
  return { sql: FIND, parameters: [hash] };
}

/** The text of the document; throws when the row is not one of ours. */
export function parsePolicySet(row: Row): string {
  return parseRow('policy_set', SHAPE, row).document;
}

/** All of them, by hash, in pages; the first page follows the empty text. */
export function policySetPage(after: string, limit: number): Statement {
  return { sql: PAGE, parameters: [after, boundedLimit(limit)] };
}

/** As it is stored, whether or not its hash is its own. */
export function parseStoredPolicySet(row: Row): { readonly hash: string; readonly document: string } {
  return parseRow('policy_set', SHAPE, row);
}
