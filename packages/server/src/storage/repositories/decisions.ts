import { isObject, REFUSALS, type Facts, type Json, type RefusalCode } from '@countersign/core';
import type { DecisionRecord } from '../../audit/model.ts';
import type { Row, SqlValue, Statement } from '../port.ts';
import { idBound } from './id-bound.ts';
import { AFTER_ALL, boundedLimit, holdsText } from './list-filter.ts';
import {
  insertInto,
  parseJsonColumn,
  parseOneOf,
  parseRow,
  parseTexts,
  selectAll,
  type TableShape,
} from './table-shape.ts';

/** Decisions on verified tokens, as they were taken: facts and outcome, never a trace. */

export const DECISION_SHAPE: TableShape<'decision'> = {
  id: 'text',
  time: 'integer',
  kind: 'text',
  effect: 'text',
  code: 'text?',
  organization: 'text?',
  issuer: 'text?',
  issuer_name: 'text?',
  subject: 'text?',
  audience: 'text?',
  determining: 'text',
  route: 'text?',
  principal: 'text?',
  token_id: 'text?',
  remote_address: 'text',
  facts: 'text?',
  policy_set: 'text?',
  policies: 'text?',
  audited: 'text?',
};

export const INSERT_DECISION = insertInto('decision', DECISION_SHAPE);
const FIND = `${selectAll('decision', DECISION_SHAPE)} where "id" = ?`;

const FILTERS =
  `"id" < ? and "id" > ? and "time" >= ? and "time" < ? and "kind" = coalesce(?, "kind") and "effect" = coalesce(?, "effect")` +
  ['code', 'issuer', 'subject', 'route', 'principal']
    .map((column) => ` and coalesce("${column}", '') = coalesce(?, "${column}", '')`)
    .join('') +
  ` and (coalesce("policies", '') like coalesce(?, '%') escape '!' or "policy_set" = ?) order by "id" desc limit ?`;
const LIST = `${selectAll('decision', DECISION_SHAPE)} where ${FILTERS}`;
const LIST_OF_ORGANIZATION = `${selectAll('decision', DECISION_SHAPE)} where "organization" = ? and ${FILTERS}`;
const CODES = Object.keys(REFUSALS) as RefusalCode[];

export function insertDecision(record: DecisionRecord): Statement {
  return INSERT_DECISION({
    id: record.id,
    time: record.time,
    kind: record.kind,
    effect: record.effect,
    code: record.code ?? null,
    organization: record.organization ?? null,
    issuer: record.issuer ?? null,
    issuer_name: record.issuerName ?? null,
    subject: record.subject ?? null,
    audience: record.audience ?? null,
    determining: JSON.stringify(record.determining),
    route: record.route ?? null,
    principal: record.principal ?? null,
    token_id: record.tokenId ?? null,
    remote_address: record.remoteAddress,
    facts: record.facts === undefined ? null : JSON.stringify(record.facts),
    policy_set: record.policySet ?? null,
    policies: record.policies === undefined ? null : JSON.stringify(record.policies),
    audited: record.audited === undefined ? null : JSON.stringify(record.audited),
  });
}

export function findDecision(id: string): Statement {
  return { sql: FIND, parameters: [id] };
}

export interface DecisionListQuery {
  /** Absent: of all. */
  readonly organization?: string;
  readonly kind?: 'exchange' | 'gateway';
  readonly effect?: 'allow' | 'deny';
  readonly code?: string;
  readonly issuer?: string;
  readonly subject?: string;
  /** `pol_…` of a policy that decided, or the hash of the document it stood in. */
  readonly policy?: string;
  readonly route?: string;
  readonly principal?: string;
  /** Epoch milliseconds, the first that counts. */
  readonly since?: number;
  /** Epoch milliseconds, the first that does not count any more. */
  readonly until?: number;
  /** Id of the last decision of the page before. */
  readonly before?: string;
  readonly limit: number;
}

/** How far the time in an id and the time of its decision may differ: both are taken when a request begins. */
const SLACK = 60_000;

/** Stored decisions, newest first. */
export function listDecisions(query: DecisionListQuery): Statement {
  const { organization, policy, since = 0, until = Number.MAX_SAFE_INTEGER } = query;
  // The range of ids bounds what is walked through; the times are what was asked for.
  const upper = query.until === undefined ? AFTER_ALL : idBound('dec', until + SLACK);
  const parameters: readonly SqlValue[] = [
    query.before === undefined || query.before > upper ? upper : query.before,
    idBound('dec', since - SLACK),
    since,
    until,
    query.kind ?? null,
    query.effect ?? null,
    query.code ?? null,
    query.issuer ?? null,
    query.subject ?? null,
    query.route ?? null,
    query.principal ?? null,
    policy === undefined ? null : holdsText(policy),
    policy ?? null,
    boundedLimit(query.limit),
  ];
  return organization === undefined
    ? { sql: LIST, parameters }
    : { sql: LIST_OF_ORGANIZATION, parameters: [organization, ...parameters] };
}

/** Reads a row back; throws when it is not one of ours. */
export function parseDecision(row: Row): DecisionRecord {
  const stored = parseRow('decision', DECISION_SHAPE, row);
  return {
    id: stored.id,
    time: stored.time,
    kind: parseOneOf('decision.kind', ['exchange', 'gateway'], stored.kind),
    effect: parseOneOf('decision.effect', ['allow', 'deny'], stored.effect),
    determining: parseTexts('decision.determining', stored.determining),
    remoteAddress: stored.remote_address,
    ...present('code', stored.code === null ? null : parseOneOf('decision.code', CODES, stored.code)),
    ...present('organization', stored.organization),
    ...present('issuer', stored.issuer),
    ...present('issuerName', stored.issuer_name),
    ...present('subject', stored.subject),
    ...present('audience', stored.audience),
    ...present('route', stored.route),
    ...present('principal', stored.principal),
    ...present('tokenId', stored.token_id),
    ...present('facts', stored.facts === null ? null : parseFacts(stored.facts)),
    ...present('policySet', stored.policy_set),
    ...present(
      'policies',
      stored.policies === null ? null : parseTexts('decision.policies', stored.policies),
    ),
    ...present('audited', stored.audited === null ? null : parseTexts('decision.audited', stored.audited)),
  };
}

/** A member where the column is not null; absent, rather than undefined, where it is. */
function present<Name extends keyof DecisionRecord, T>(name: Name, value: T | null): { [N in Name]?: T } {
  return value === null ? {} : ({ [name]: value } as { [N in Name]?: T });
}

function parseFacts(text: string): Facts {
  const facts = parseJsonColumn('decision.facts', text) as Json;
  if (isObject(facts)) {
    const { claims, request, principal } = facts;
    if (isObject(claims) && isObject(request)) {
      if (principal === undefined) return { claims, request };
      if (isObject(principal)) return { claims, request, principal };
    }
  }
  throw new Error('storage: decision.facts is not the facts of a decision');
}
