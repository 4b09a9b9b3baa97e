import type { Statement } from '../port.ts';
import { DECISION_SHAPE } from './decisions.ts';
import { MADE_TOKEN_SHAPE } from './made-tokens.ts';
import { LOOKED_UP, lookUp, PLACES } from './look-up.ts';
import { selectAll } from './table-shape.ts';
import { TOKEN_SHAPE } from './tokens.ts';

/** Reads of whoever verifies the trail: pages in one direction, look-ups by key in the other, nothing in between. */

const TOKENS = `${selectAll('token', TOKEN_SHAPE)} where "hash" in (${PLACES})`;
const DECISIONS = `${selectAll('decision', DECISION_SHAPE)} where "id" in (${PLACES})`;
const MADE_TOKENS = `${selectAll('made_token', MADE_TOKEN_SHAPE)} where "id" in (${PLACES})`;
const PAYLOADS = `select "id", "writer", "n", "salt", "payload" from "audit" where "writer" is not null and "id" in (${PLACES})`;
const TOKEN_PAGE =
  'select "hash", "id", "exchange", "issued_at", "revoked_at" from "token" where "hash" > ? order by "hash" limit ?';
const ALLOWED_PAGE = `select "id", "kind", "effect" from "decision" where "id" > ? order by "id" limit ?`;
const LINK = 'select "hash" from "audit" where "writer" = ? and "n" = ?';
const UNCHAINED = 'select count(*) as "rows", max("id") as "last" from "audit" where "writer" is null';

export function tokensByHash(hashes: readonly string[]): Statement {
  return lookUp(TOKENS, hashes);
}

export function decisionsById(ids: readonly string[]): Statement {
  return lookUp(DECISIONS, ids);
}

export function madeTokensById(ids: readonly string[]): Statement {
  return lookUp(MADE_TOKENS, ids);
}

/** What events in a chain say of the rows written with them. */
export function eventPayloads(ids: readonly string[]): Statement {
  return lookUp(PAYLOADS, ids);
}

/** Every token row, by hash. */
export function tokenPage(after: string): Statement {
  return { sql: TOKEN_PAGE, parameters: [after, LOOKED_UP] };
}

/** Every decision row, oldest first. */
export function decisionPage(after: string): Statement {
  return { sql: ALLOWED_PAGE, parameters: [after, LOOKED_UP] };
}

/** The hash of one link. */
export function linkAt(writer: string, n: number): Statement {
  return { sql: LINK, parameters: [writer, n] };
}

/** One row: how many events are in no chain, and the last of them. */
export function unchainedEvents(): Statement {
  return { sql: UNCHAINED, parameters: [] };
}
