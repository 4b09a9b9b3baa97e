import type { Row, Statement } from '../port.ts';
import { lookUp, PLACES, textOf } from './look-up.ts';

/**
 * When tokens, and the issuers that vouch for them, were last used. Beside their rows, which an event of the audit chain
 * answers for and nobody rewrites.
 */

const LATEST =
  ' on conflict ("id") do update set "used_at" = excluded."used_at" where excluded."used_at" > "last_use"."used_at"';

/** Of tokens whose row is there: what retention has taken would leave its use behind for good. */
const PUT_TOKEN = `insert into "last_use" ("id", "used_at") select "id", ? from "token" where "id" = ?${LATEST}`;

/** Of issuers there are few, and none comes from outside. */
const PUT_ISSUER = `insert into "last_use" ("used_at", "id") values (?, ?)${LATEST}`;

const FIND = `select "id", "used_at" from "last_use" where "id" in (${PLACES})`;

/** `id`: `tok_…` or `iss_…`. `usedAt` in epoch seconds; the latest stands. */
export function putLastUse(id: string, usedAt: number): Statement {
  return { sql: id.startsWith('iss_') ? PUT_ISSUER : PUT_TOKEN, parameters: [usedAt, id] };
}

/** Of these ids, `LOOKED_UP` at most, those that were ever used. */
export function findLastUses(ids: readonly string[]): Statement {
  return lookUp(FIND, ids);
}

/** Id and epoch seconds of a row that {@link findLastUses} gave. */
export function parseLastUse(row: Row): readonly [id: string, usedAt: number] {
  return [textOf(row, 'id'), parseUsedAt(row)];
}

/** To be read with the row of a token: a column `used_at`, null when it was never used. */
export const USED_AT = '(select "used_at" from "last_use" where "last_use"."id" = "token"."id") as "used_at"';

/** Epoch seconds, 0 = never, of a row that was read with {@link USED_AT}. */
export function parseUsedAt(row: Row): number {
  return Number(row['used_at'] ?? 0);
}
