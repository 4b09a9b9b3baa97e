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
import { originOf } from '../audit/origin.ts';
import type { Organization, Snapshot, TrustedIssuer } from '../snapshot/model.ts';
import { parseCompactJws, type UnverifiedJws } from '../trust/compact-jws.ts';
import { commitToken } from './commit-token.ts';
import type { ExchangeCall, ExchangeDeps, IdentifiedRefusal, Issued } from './model.ts';
import { namedTarget } from './named-target.ts';
import { createRefuser, type Attempt, type Refuser } from './refuser.ts';
import { replayMark } from './replay-mark.ts';
import { aboutDecision, aboutSubject, verifySubject } from './subject.ts';

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
    ...originOf(call),
    audience: call.audience,
  };
  const refuse = createRefuser(deps.decisions, attempt);

  const jws = parseCompactJws(call.subjectToken, snapshot.settings.limits.token);
  if (!jws.ok) return refuse.unverified({ code: jws.error });
  const trusted = trustedIssuer(snapshot, call.audience, jws.value);
  if (!trusted) return refuse.unverified({ code: 'token.not_trusted' }, jws.value);
  const { organization, issuer } = trusted;

  const now = Math.floor(time / 1000);
  const verified = await verifySubject(deps, refuse, jws.value, issuer, {
    leeway: snapshot.settings.clockLeeway,
    now,
    ...(issuer.maxTokenAge === undefined ? {} : { maxAge: issuer.maxTokenAge }),
  });
  if (!verified.ok) return verified;

  const input = exchangeInput(call, organization, issuer, verified.value, now);
  const decided = exchange(input);
  const decision = decided.ok ? decided.value.decision : decided.error.decision;
  const about = {
    ...aboutSubject(issuer, verified.value),
    facts: exchangeFacts(input),
    policySet: issuer.policySet,
    ...(decision && aboutDecision(issuer, decision)),
  };
  if (!decided.ok) return refuse.verified(decided.error, about);
  return issue({ deps, attempt, refuse, issuer, token: jws.value }, decided.value, about);
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
  const { resources, format, expiration } = call;
  return {
    request: {
      organization: organization.name,
      target: namedTarget(organization.directory, call.target),
      resources,
      ...(format === undefined ? {} : { format }),
      ...(expiration === undefined ? {} : { expiration }),
    },
    issuer,
    claims,
    directory: organization.directory,
    now,
  };
}

/** An exchange that was found good, up to its commit. */
interface Found {
  readonly deps: ExchangeDeps;
  readonly attempt: Attempt;
  readonly refuse: Refuser;
  readonly issuer: TrustedIssuer;
  readonly token: UnverifiedJws;
}

/**
 * Characters of all resources that a signed value has room for: it names each of them, and a header only holds so much
 * (`MAX_SIGNED`). An opaque token has no such limit.
 */
const MAX_SIGNED_RESOURCES = 1_400;

const TOO_MANY_RESOURCES = 'a signed token has no room for so many resources';

async function issue(
  { deps, attempt, refuse, issuer, token }: Found,
  grant: Grant,
  about: Partial<DecisionRecord>,
): Promise<Result<Issued, IdentifiedRefusal>> {
  if (grant.format === 'jwt' && grant.resources.join().length > MAX_SIGNED_RESOURCES) {
    return refuse.verified({ code: 'request.resource', hint: [TOO_MANY_RESOURCES] }, about);
  }
  const committed = await commitToken(deps, attempt, {
    prefix: prefixOf(grant.tokenType),
    principal: grant.principal,
    organization: issuer.organization,
    issuer: issuer.id,
    subject: about.subject ?? '',
    claims: token.claims,
    policies: about.policies ?? [],
    resources: grant.resources,
    format: grant.format,
    issuedAt: Math.floor(attempt.time / 1000),
    expiresAt: grant.expiresAt,
    record: { ...about, principal: principalId(grant.principal) },
    mark: replayMark(issuer, token),
  });
  if (!committed.ok) {
    // The token is the caller's and verified, so its holder may know that it was used (contract: two levels).
    if (committed.error === 'token.replayed') return refuse.verified({ code: committed.error }, about);
    return err({ code: committed.error, decisionId: attempt.id });
  }
  deps.issuerUsed(issuer.id);
  const { tokenType, scope, expiresIn, expiresAt } = grant;
  return ok({ ...committed.value, tokenType, scope, expiresIn, expiresAt, decisionId: attempt.id });
}
