import {
  ok,
  REFUSALS,
  type Claims,
  type ConditionCompiler,
  type Explanation,
  type Result,
  type RuleTrace,
} from '@countersign/core';
import type { Reader } from '../storage/port.ts';
import { findPolicySet, parsePolicySet } from '../storage/repositories/policy-sets.ts';
import type { DecisionRecord, UnverifiedFacts } from './model.ts';
import { explainUnderPolicy } from './policy-set.ts';
import type { StoredDecision } from './port.ts';

/**
 * A decision as administrators read it. The trace is not remembered but taken again: the same engine, the facts of
 * that moment, the policies of that moment, so that the explanation is the decision and not a story about it.
 * It holds claims and policy text and must never reach the caller who was refused.
 */
export interface DecisionExplanation {
  readonly id: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
  readonly kind: DecisionRecord['kind'];
  readonly effect: DecisionRecord['effect'];
  readonly code?: string;
  /** Name where there is one, else id. */
  readonly issuer?: string;
  readonly subject?: string;
  readonly audience?: string;
  /** Hash of the policy document that decided. */
  readonly policy?: string;
  /** `pol_…` of the policies that decided. */
  readonly policies?: readonly string[];
  /** Rules in audit mode that matched, and decided nothing. */
  readonly audited?: readonly string[];
  readonly route?: string;
  readonly principal?: string;
  readonly tokenId?: string;
  readonly remoteAddress: string;
  /** Verified ones only. */
  readonly claims?: Claims;
  /** Absent when no policy was reached, or when it cannot be read any more. */
  readonly trace?: { readonly determining: readonly RuleTrace[]; readonly nearest: readonly RuleTrace[] };
  /** In words, one step or condition a line. */
  readonly explanation: readonly string[];
}

/** Explains a decision; `unavailable` when storage does not give the policies that it cites. */
export async function explainDecision(
  deps: { readonly reader: Reader },
  stored: StoredDecision,
): Promise<Result<DecisionExplanation, 'unavailable'>> {
  const { record, unverified } = stored;
  const found = await explainPolicy(deps.reader, record);
  if (!found.ok) return found;
  const policy = found.value;
  return ok({
    ...decisionSummary(record),
    ...(record.facts === undefined ? {} : { claims: record.facts.claims }),
    ...(policy === undefined ? {} : { trace: { determining: policy.determining, nearest: policy.nearest } }),
    explanation: [headline(record), ...unverifiedLines(unverified), ...policyLines(record, policy)],
  });
}

async function explainPolicy(
  reader: Reader,
  { facts, policySet }: DecisionRecord,
): Promise<Result<Explanation | undefined, 'unavailable'>> {
  if (facts === undefined || policySet === undefined) return ok(undefined);
  const rows = await reader.read(findPolicySet(policySet));
  if (!rows.ok) return rows;
  const [row] = rows.value;
  if (!row) return ok(undefined);
  return ok(await explainUnderPolicy(parsePolicySet(row), facts, loadConditions));
}

/** The engine of conditions: loaded by the first decision that needs it. */
async function loadConditions(): Promise<ConditionCompiler> {
  return (await import('@countersign/core/condition')).celConditions;
}

/** A decision without its explanation: as lists show it. */
export type DecisionSummary = Omit<DecisionExplanation, 'claims' | 'trace' | 'explanation'>;

export function decisionSummary(record: DecisionRecord): DecisionSummary {
  const { id, time, kind, effect, code, subject, audience, route, principal, tokenId, remoteAddress } =
    record;
  const issuer = record.issuerName ?? record.issuer;
  return {
    id,
    time: new Date(time).toISOString(),
    kind,
    effect,
    ...(code === undefined ? {} : { code }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(subject === undefined ? {} : { subject }),
    ...(audience === undefined ? {} : { audience }),
    ...(record.policySet === undefined ? {} : { policy: record.policySet }),
    ...(record.policies === undefined ? {} : { policies: record.policies }),
    ...(record.audited === undefined ? {} : { audited: record.audited }),
    ...(route === undefined ? {} : { route }),
    ...(principal === undefined ? {} : { principal }),
    ...(tokenId === undefined ? {} : { tokenId }),
    remoteAddress,
  };
}

function headline({ kind, code }: DecisionRecord): string {
  const what = kind === 'exchange' ? 'The exchange' : 'The request';
  return code === undefined
    ? `${what} was allowed.`
    : `${what} was refused with ${code}: ${REFUSALS[code].description}`;
}

function unverifiedLines(seen: UnverifiedFacts | undefined): readonly string[] {
  if (seen === undefined) return [];
  const said = Object.entries({ iss: seen.issuer, ...seen.header })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  if (said.length === 0) return ['No signature was verified.'];
  return [
    `No signature was verified; the token says of itself, and proves nothing by it: ${said.join(', ')}.`,
  ];
}

function policyLines(record: DecisionRecord, policy: Explanation | undefined): readonly string[] {
  if (policy !== undefined) return [...policy.lines, ...disagreement(record, policy)];
  if (record.policySet !== undefined) {
    const rules = record.determining.length > 0 ? record.determining.join(', ') : 'none';
    return [`The policies that decided are no longer stored or readable here. Rules that decided: ${rules}.`];
  }
  if (record.code === undefined) return ['What was presented was verified; no policy was asked.'];
  const { cause, fix } = REFUSALS[record.code];
  return [cause, fix];
}

/** Where the engine and the record part, the reader has to know which of the two he is reading. */
function disagreement(record: DecisionRecord, policy: Explanation): readonly string[] {
  if (policy.decision.effect === record.effect) return [];
  if (record.kind === 'exchange' && record.code === 'policy.refused') {
    return [
      'The policies allow it, so what was asked for does not exist in the organization, or no time could be granted.',
    ];
  }
  if (record.code !== undefined && record.code !== 'policy.refused') {
    const { cause, fix } = REFUSALS[record.code];
    return ['The policies allow it; it was refused for another reason.', cause, fix];
  }
  return [
    `This version of the engine decides otherwise: recorded ${record.effect}, evaluated ${policy.decision.effect}.`,
  ];
}
