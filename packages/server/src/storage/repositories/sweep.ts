import type { Statement, Unit } from '../port.ts';
import type { Tables } from '../tables.ts';
import { idBound } from './id-bound.ts';

/**
 * What retention takes away, a bounded number of rows at a time. Tables whose ids sort by age are walked in steps along
 * their key: a step ends at a row, so that no step, however little there is to delete in it, walks through the table.
 */

/** Rows of one step. */
export const STEP_ROWS = 500;

const STEP = (table: 'decision' | 'audit'): string =>
  `select max("id") as "last", count(*) as "rows" from (select "id" from "${table}" where "id" > ? and "id" < ? order by "id" limit ${STEP_ROWS}) as "step"`;
const STEPS = { decision: STEP('decision'), audit: STEP('audit') } as const;

const DELETE_REFUSALS = `delete from "decision" where "id" > ? and "id" <= ? and "effect" = 'deny'`;

/** A live token must be explainable, however long ago it was issued. */
const DELETE_GRANTS =
  `delete from "decision" where "id" > ? and "id" <= ? and "effect" = 'allow'` +
  ` and not exists (select 1 from "token" where "token"."id" = "decision"."token_id" and "token"."expires_at" > ?)`;

/** What is left proves that there was an event and where it stood, and nothing of what it said. */
const ERASE_EVENTS =
  `update "audit" set "salt" = null, "payload" = null, "detail" = null, "decision" = null, "token" = null, "organization" = null, "actor" = ''` +
  ` where "id" > ? and "id" <= ? and "writer" is not null and "payload" is not null`;

/** Without a place in a chain nothing is left to keep. */
const DELETE_UNCHAINED = `delete from "audit" where "id" > ? and "id" <= ? and "writer" is null`;

const DELETE_EVENTS = `delete from "audit" where "id" > ? and "id" <= ?`;

/** One row: where the step from `after` ends (`last`, null at the end) and how many rows it has. */
export function nextStep(table: 'decision' | 'audit', after: string, before: number): Statement {
  const bound = idBound(table === 'decision' ? 'dec' : 'evt', before);
  return { sql: STEPS[table], parameters: [after, bound] };
}

export function deleteRefusals(after: string, last: string): Statement {
  return { sql: DELETE_REFUSALS, parameters: [after, last] };
}

/** `now` in epoch seconds. */
export function deleteGrants(after: string, last: string, now: number): Statement {
  return { sql: DELETE_GRANTS, parameters: [after, last, now] };
}

export function eraseEvents(after: string, last: string): readonly Statement[] {
  const parameters = [after, last];
  return [
    { sql: ERASE_EVENTS, parameters },
    { sql: DELETE_UNCHAINED, parameters },
  ];
}

/** Takes links themselves away: only when there are more than may be kept. */
export function deleteEvents(after: string, last: string): Statement {
  return { sql: DELETE_EVENTS, parameters: [after, last] };
}

/** What has a column that says when it is over: found by it, oldest first. */
export interface Due {
  /** One row: how many of the next {@link STEP_ROWS} are due. */
  readonly count: Statement;
  readonly remove: Unit;
}

function dueBy(table: keyof Tables, key: string, where: string): (bounds: readonly number[]) => Due {
  const due = `from "${table}" where ${where} limit ${STEP_ROWS}`;
  const count = `select count(*) as "rows" from (select 1 as "one" ${due}) as "due"`;
  const remove = `delete from "${table}" where (${key}) in (select ${key} ${due})`;
  return (bounds) => ({
    count: { sql: count, parameters: bounds },
    remove: [{ sql: remove, parameters: bounds }],
  });
}

/** In one order, so that it is the same tokens whose uses go and that go themselves. */
const OVER = `from "token" where "expires_at" < ? order by "expires_at" limit ${STEP_ROWS}`;
const COUNT_OVER = `select count(*) as "rows" from (select 1 as "one" ${OVER}) as "due"`;
const REMOVE_USES = `delete from "last_use" where "id" in (select "id" ${OVER})`;
const REMOVE_OVER = `delete from "token" where "hash" in (select "hash" ${OVER})`;

/** Expired before that time (epoch seconds), with what is known of their use. */
export function dueTokens(parameters: readonly number[]): Due {
  return {
    count: { sql: COUNT_OVER, parameters },
    remove: [
      { sql: REMOVE_USES, parameters },
      { sql: REMOVE_OVER, parameters },
    ],
  };
}

/** All bounds are exclusive, epoch seconds, but for checkpoints, whose times are milliseconds. */
export const dueReplayMarks = dueBy('replay_mark', '"issuer", "mark"', '"expires_at" < ?');
/** The newest stays for good: the next takes the number after it. */
export const dueChanges = dueBy(
  'change',
  '"seq"',
  '"created_at" < ? and "seq" < (select max("seq") from "change")',
);
/**
 * Tokens that were made over the API may live for ever, and so does what ended them. What is named everywhere, or by an
 * identity, are sessions.
 */
export const dueMassRevocations = dueBy(
  'mass_revocation',
  '"organization", "kind", "value"',
  `"before" < ? and ("organization" = '' or "value" like 'idn_%' or "kind" in ('issuer', 'policy', 'subject') and "value" <> 'api')`,
);
export const dueCheckpoints = dueBy('checkpoint', '"id"', '"time" < ?');
export const dueDeviceGrants = dueBy('device_grant', '"hash"', '"expires_at" < ?');
export const dueSessions = dueBy('session', '"id"', '"expires_at" < ?');
export const duePolicySets = dueBy('policy_set', '"hash"', 'coalesce("used_at", "created_at") < ?');

const COUNTS = {
  token: 'select count(*) as "rows" from "token"',
  decision: 'select count(*) as "rows" from "decision"',
  audit: 'select count(*) as "rows" from "audit"',
} as const;

/** The tables that grow with every exchange. */
export const GROWING = ['token', 'decision', 'audit'] as const;

export type Growing = (typeof GROWING)[number];

/** One row: how many rows there are. Walks an index, so it is asked rarely. */
export function countRows(table: Growing): Statement {
  return { sql: COUNTS[table], parameters: [] };
}
