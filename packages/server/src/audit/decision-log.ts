import type { Json } from '@countersign/core';
import type { LogFields } from '../adapters/ports.ts';
import type { DecisionRecord, UnverifiedFacts } from './model.ts';
import { keptWithoutSecrets, withoutSecrets } from './without-secrets.ts';

/** What is said and kept of a decision: named fields only, never facts, claims or a document. */

/** Members of a JOSE header that an operator needs to find out why a token did not verify. */
const HEADER_MEMBERS = ['alg', 'kid', 'typ', 'crit'] as const;

/** One log line. Facts are not in it: they hold claims, and logs travel further than storage. */
export function decisionLogFields(record: DecisionRecord, seen?: UnverifiedFacts): LogFields {
  return {
    decision: record.id,
    code: record.code,
    organization: record.organization,
    issuer: record.issuerName ?? record.issuer,
    subject: blotted(record.subject),
    audience: blotted(record.audience),
    rules: record.determining.length > 0 ? record.determining.join(' ') : undefined,
    route: blotted(record.route),
    principal: blotted(record.principal),
    token: record.tokenId,
    exchange: record.exchange,
    remote_address: withoutSecrets(record.remoteAddress),
    policy_set: record.policySet,
    trace_id: record.trace?.traceId,
    claimed_issuer: blotted(seen?.issuer),
  };
}

/** For what may have come from outside; ids and codes are ours. */
function blotted(text: string | undefined): string | undefined {
  return text === undefined ? undefined : withoutSecrets(text);
}

/** A record that no proof stands behind, as the ring keeps it: texts of the caller cut and blotted. */
export function boundedRecord(record: DecisionRecord): DecisionRecord {
  // Of a trace only the id is ours to check, and that is in the line.
  const { trace: _, ...rest } = record;
  const { audience, subject } = rest;
  return {
    ...rest,
    ...(audience === undefined ? {} : { audience: keptWithoutSecrets(audience) }),
    ...(subject === undefined ? {} : { subject: keptWithoutSecrets(subject) }),
  };
}

/** The same for what an unverified token said of itself; members of the header nobody needs are dropped. */
export function boundedFacts(seen: UnverifiedFacts): UnverifiedFacts {
  const header: Record<string, Json> = {};
  for (const name of HEADER_MEMBERS) {
    const value = seen.header?.[name];
    if (value === undefined) continue;
    header[name] = keptWithoutSecrets(typeof value === 'string' ? value : JSON.stringify(value));
  }
  return {
    ...(seen.issuer === undefined ? {} : { issuer: keptWithoutSecrets(seen.issuer) }),
    ...(seen.header === undefined ? {} : { header }),
  };
}
