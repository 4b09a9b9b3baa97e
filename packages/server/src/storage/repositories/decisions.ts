import { isObject, REFUSALS, type Facts, type Json, type RefusalCode } from '@countersign/core';
import type { DecisionRecord } from '../../audit/model.ts';
import type { Row, Statement } from '../port.ts';
import {
  insertInto,
  parseJsonColumn,
  parseOneOf,
  parseRow,
  selectAll,
  type TableShape,
} from './table-shape.ts';

/** Decisions on verified tokens, as they were taken: facts and outcome, never a trace. */

const SHAPE: TableShape<'decision'> = {
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
};

const insert = insertInto('decision', SHAPE);
const FIND = `${selectAll('decision', SHAPE)} where "id" = ?`;
const CODES = Object.keys(REFUSALS) as RefusalCode[];

export function insertDecision(record: DecisionRecord): Statement {
  return insert({
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
  });
}

export function findDecision(id: string): Statement {
  return { sql: FIND, parameters: [id] };
}

/** Reads a row back; throws when it is not one of ours. */
export function parseDecision(row: Row): DecisionRecord {
  const stored = parseRow('decision', SHAPE, row);
  return {
    id: stored.id,
    time: stored.time,
    kind: parseOneOf('decision.kind', ['exchange', 'gateway'], stored.kind),
    effect: parseOneOf('decision.effect', ['allow', 'deny'], stored.effect),
    determining: parseDetermining(stored.determining),
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
  };
}

/** A member where the column is not null; absent, rather than undefined, where it is. */
function present<Name extends keyof DecisionRecord, T>(name: Name, value: T | null): { [N in Name]?: T } {
  return value === null ? {} : ({ [name]: value } as { [N in Name]?: T });
}

function parseDetermining(text: string): readonly string[] {
  const list = parseJsonColumn('decision.determining', text);
  if (Array.isArray(list) && list.every((id) => typeof id === 'string')) return list;
  throw new Error('storage: decision.determining is not a list of rule ids');
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
