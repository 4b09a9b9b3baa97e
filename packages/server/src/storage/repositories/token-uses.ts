import type { Row, Statement } from '../port.ts';

/** When tokens were last used. Beside their rows, which an event of the audit chain answers for and nobody rewrites. */

/** Of tokens whose row is there: what retention has taken would leave its use behind for good. */
const PUT =
  'insert into "token_use" ("id", "used_at") select "id", ? from "token" where "id" = ?' +
  ' on conflict ("id") do update set "used_at" = excluded."used_at" where excluded."used_at" > "token_use"."used_at"';

/** `usedAt` in epoch seconds; the latest stands. */
export function putTokenUse(id: string, usedAt: number): Statement {
  return { sql: PUT, parameters: [usedAt, id] };
}

/** To be read with the row of a token: a column `used_at`, null when it was never used. */
export const USED_AT =
  '(select "used_at" from "token_use" where "token_use"."id" = "token"."id") as "used_at"';

/** Epoch seconds, 0 = never, of a row that was read with {@link USED_AT}. */
export function parseUsedAt(row: Row): number {
  return Number(row['used_at'] ?? 0);
}
