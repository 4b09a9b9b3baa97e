import type { ClaimExpectations, Claims, Decision, Result } from '@countersign/core';
import type { DecisionRecord } from '../audit/model.ts';
import type { TrustedIssuer } from '../snapshot/model.ts';
import type { UnverifiedJws } from '../trust/compact-jws.ts';
import type { ExchangeDeps, IdentifiedRefusal } from './model.ts';
import { policyIdsOf } from './policy-ids.ts';
import type { Refuser } from './refuser.ts';

/**
 * What every exchange of a subject token has in common, whichever entrance it came through: how it is verified, and
 * what its decision says of it. There must be no second way to believe a subject token.
 */

/** The claims of a token of that issuer, verified; what is refused is recorded. */
export async function verifySubject(
  { validate }: Pick<ExchangeDeps, 'validate'>,
  refuse: Refuser,
  jws: UnverifiedJws,
  issuer: TrustedIssuer,
  checks: Omit<ClaimExpectations, 'issuer' | 'audiences'>,
): Promise<Result<Claims, IdentifiedRefusal>> {
  const verified = await validate(jws, issuer, {
    issuer: issuer.url,
    audiences: issuer.audiences,
    ...checks,
  });
  if (verified.ok) return verified;
  if (!verified.error.verified) return refuse.unverified(verified.error, jws);
  return refuse.verified(verified.error, aboutSubject(issuer, jws.claims));
}

export function aboutSubject(issuer: TrustedIssuer, claims: Claims): Partial<DecisionRecord> {
  const subject = claims['sub'];
  return {
    organization: issuer.organization,
    issuer: issuer.id,
    issuerName: `${issuer.organization}/${issuer.name}`,
    facts: { claims, request: {} },
    ...(typeof subject === 'string' ? { subject } : {}),
  };
}

/** Rules by their place in this version of the policies, and by the id that means the same in every version. */
export function aboutDecision(
  issuer: TrustedIssuer,
  decision: Decision,
): Partial<DecisionRecord> & DecidedBy {
  const { determining, audited } = decision;
  return { determining, policies: policyIdsOf(issuer.policyIds, determining), audited };
}

type DecidedBy = Required<Pick<DecisionRecord, 'determining' | 'policies' | 'audited'>>;
