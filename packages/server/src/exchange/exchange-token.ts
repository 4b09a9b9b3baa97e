import {
  err,
  exchange,
  exchangeFacts,
  issuerKey,
  ok,
  parseAudience,
  prefixOf,
  principalId,
  type Claims,
  type ExchangeInput,
  type Grant,
  type Result,
} from '@countersign/core';
import type { DecisionRecord } from '../audit/model.ts';
import type { Organization, Snapshot, TrustedIssuer } from '../snapshot/model.ts';
import { parseCompactJws, type UnverifiedJws } from '../trust/compact-jws.ts';
import { commitToken } from './commit-token.ts';
import type { ExchangeCall, ExchangeDeps, IdentifiedRefusal, Issued } from './model.ts';
import { createRefuser, type Attempt } from './refuser.ts';

/**
 * Exchanges a subject token of a trusted issuer (RFC 8693). The order of checks is part of the contract: nothing is
 * fetched before the issuer is known to be trusted, nothing is decided before the signature verifies.
 */
export async function exchangeToken(
  deps: ExchangeDeps,
  call: ExchangeCall,
): Promise<Result<Issued, IdentifiedRefusal>> {
  const snapshot = deps.snapshot();
  const time = deps.clock.now();
  const attempt: Attempt = {
    id: deps.decisions.newId(),
    time,
    remoteAddress: call.remoteAddress,
    audience: call.audience,
  };
  const refuse = createRefuser(deps.decisions, attempt);

  const jws = parseCompactJws(call.subjectToken, snapshot.settings.limits.token);
  if (!jws.ok) return refuse.unverified({ code: jws.error });
  const trusted = trustedIssuer(snapshot, call.audience, jws.value);
  if (!trusted) return refuse.unverified({ code: 'token.not_trusted' }, jws.value);
  const { organization, issuer } = trusted;

  const now = Math.floor(time / 1000);
  const verified = await deps.validate(jws.value, issuer, {
    issuer: issuer.url,
    audiences: issuer.audiences,
    leeway: snapshot.settings.clockLeeway,
    now,
    ...(issuer.maxTokenAge === undefined ? {} : { maxAge: issuer.maxTokenAge }),
  });
  if (!verified.ok) {
    if (!verified.error.verified) return refuse.unverified(verified.error, jws.value);
    return refuse.verified(verified.error, aboutSubject(issuer, jws.value.claims));
  }

  const input = exchangeInput(call, organization, issuer, verified.value, now);
  const decided = exchange(input);
  const about = {
    ...aboutSubject(issuer, verified.value),
    facts: exchangeFacts(input),
    policySet: issuer.policySet,
  };
  if (!decided.ok) {
    return refuse.verified(decided.error, {
      ...about,
      determining: decided.error.decision?.determining ?? [],
    });
  }
  return issue(deps, attempt, decided.value, issuer, verified.value, about);
}

/** The enabled issuer of that organization that the token says it comes from; known before anything is fetched. */
function trustedIssuer(
  snapshot: Snapshot,
  audience: string,
  jws: UnverifiedJws,
): { readonly organization: Organization; readonly issuer: TrustedIssuer } | undefined {
  const name = parseAudience(audience);
  const organization = name === undefined ? undefined : snapshot.organizations.get(name);
  const iss = jws.claims['iss'];
  if (!organization || typeof iss !== 'string') return undefined;
  const issuer = organization.issuers.get(issuerKey(iss));
  return issuer && !issuer.disabled ? { organization, issuer } : undefined;
}

function exchangeInput(
  call: ExchangeCall,
  organization: Organization,
  issuer: TrustedIssuer,
  claims: Claims,
  now: number,
): ExchangeInput {
  return {
    request: {
      organization: organization.name,
      target: call.target,
      ...(call.expiration === undefined ? {} : { expiration: call.expiration }),
    },
    issuer,
    claims,
    directory: organization.directory,
    now,
  };
}

function aboutSubject(issuer: TrustedIssuer, claims: Claims): Partial<DecisionRecord> {
  const subject = claims['sub'];
  return {
    organization: issuer.organization,
    issuer: issuer.id,
    issuerName: `${issuer.organization}/${issuer.name}`,
    facts: { claims, request: {} },
    ...(typeof subject === 'string' ? { subject } : {}),
  };
}

async function issue(
  deps: ExchangeDeps,
  attempt: Attempt,
  grant: Grant,
  issuer: TrustedIssuer,
  claims: Claims,
  about: Partial<DecisionRecord>,
): Promise<Result<Issued, IdentifiedRefusal>> {
  const value = await commitToken(deps, attempt, {
    prefix: prefixOf(grant.tokenType),
    principal: grant.principal,
    organization: issuer.organization,
    issuer: issuer.id,
    subject: about.subject ?? '',
    claims,
    issuedAt: Math.floor(attempt.time / 1000),
    expiresAt: grant.expiresAt,
    record: { ...about, determining: grant.decision.determining, principal: principalId(grant.principal) },
  });
  if (!value.ok) return err({ code: value.error, decisionId: attempt.id });
  const { tokenType, scope, expiresIn, expiresAt } = grant;
  return ok({ value: value.value, tokenType, scope, expiresIn, expiresAt, decisionId: attempt.id });
}
