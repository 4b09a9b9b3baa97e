import type { Statement } from '../port.ts';
import { insertInto, type TableShape } from './table-shape.ts';

/** Marks of subject tokens that were exchanged where at most one live token may come from each. */

const SHAPE: TableShape<'replay_mark'> = { issuer: 'text', mark: 'text', expires_at: 'integer' };

const insert = insertInto('replay_mark', SHAPE, 'on conflict ("issuer", "mark") do nothing');
const DELETE = 'delete from "replay_mark" where "issuer" = ? and "mark" = ?';

/**
 * A mark that is there already makes the whole unit a `conflict`: of all who exchange one subject token, however many
 * at once, one gets a token. `expiresAt` in epoch seconds, when the subject token is refused without the mark.
 */
export function insertReplayMark(issuer: string, mark: string, expiresAt: number): Statement {
  return { ...insert({ issuer, mark, expires_at: expiresAt }), changes: 1 };
}

/** Frees a subject token whose access token never reached anybody. */
export function deleteReplayMark(issuer: string, mark: string): Statement {
  return { sql: DELETE, parameters: [issuer, mark] };
}
