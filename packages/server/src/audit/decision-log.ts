import type { Json } from '@countersign/core';
import type { LogFields } from '../adapters/ports.ts';
import type { DecisionRecord, UnverifiedFacts } from './model.ts';
import { withoutSecrets } from './without-secrets.ts';

/** What is said and kept of a decision: named fields only, never facts, claims or a document. */

/** Members of a JOSE header that an operator needs to find out why a token did not verify. */
const HEADER_MEMBERS = ['alg', 'kid', 'typ', 'crit'] as const;

/** One log line. Facts are not in it: they hold claims, and logs travel further than storage. */
export function decisionLogFields(record: DecisionRecord, seen?: UnverifiedFacts): LogFields {
  return withoutSecretsIn({
    decision: record.id,
    code: record.code,
    organization: record.organization,
    issuer: record.issuerName ?? record.issuer,
    subject: record.subject,
    audience: record.audience,
    rules: record.determining.length > 0 ? record.determining.join(' ') : undefined,
    route: record.route,
    principal: record.principal,
    token: record.tokenId,
    exchange: record.exchange,
    remote_address: record.remoteAddress,
    policy_set: record.policySet,
    claimed_issuer: seen?.issuer,
  });
}

function withoutSecretsIn(fields: Readonly<Record<string, string | undefined>>): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value === undefined ? value : withoutSecrets(value),
    ]),
  );
}

/** A record that no proof stands behind, as the ring keeps it: texts of the caller cut and blotted. */
export function boundedRecord(record: DecisionRecord): DecisionRecord {
  const { audience, subject } = record;
  return {
    ...record,
    ...(audience === undefined ? {} : { audience: withoutSecrets(audience) }),
    ...(subject === undefined ? {} : { subject: withoutSecrets(subject) }),
  };
}

/** The same for what an unverified token said of itself; members of the header nobody needs are dropped. */
export function boundedFacts(seen: UnverifiedFacts): UnverifiedFacts {
  const header: Record<string, Json> = {};
  for (const name of HEADER_MEMBERS) {
    const value = seen.header?.[name];
    if (value === undefined) continue;
    header[name] = withoutSecrets(typeof value === 'string' ? value : JSON.stringify(value));
  }
  return {
    ...(seen.issuer === undefined ? {} : { issuer: withoutSecrets(seen.issuer) }),
    ...(seen.header === undefined ? {} : { header }),
  };
}
