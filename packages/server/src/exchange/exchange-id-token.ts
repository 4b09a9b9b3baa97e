import { err, issuerKey, ok, principalId, type Claims, type Result } from '@countersign/core';
import type { DecisionRecord } from '../audit/model.ts';
import type { IdentityProvider, Snapshot } from '../snapshot/model.ts';
import { parseCompactJws } from '../trust/compact-jws.ts';
import { commitToken } from './commit-token.ts';
import type { ExchangeDeps, IdentifiedRefusal, IssuedSession, SessionCall } from './model.ts';
import { personOf } from './person.ts';
import { createRefuser, type Attempt } from './refuser.ts';

/**
 * Exchanges an id_token of one of our identity providers for a session of that person: step 4 of programmatic access.
 * No policy decides here; routes do, about the person. The session ends with the id_token, or sooner.
 */
export async function exchangeIdToken(
  deps: ExchangeDeps,
  call: SessionCall,
): Promise<Result<IssuedSession, IdentifiedRefusal>> {
  const snapshot = deps.snapshot();
  const time = deps.clock.now();
  const attempt: Attempt = { id: deps.decisions.newId(), time, remoteAddress: call.remoteAddress };
  const refuse = createRefuser(deps.decisions, attempt);

  const jws = parseCompactJws(call.idToken, snapshot.settings.limits.token);
  if (!jws.ok) return refuse.unverified({ code: jws.error });
  const provider = providerOf(snapshot, jws.value.claims);
  if (!provider) return refuse.unverified({ code: 'token.not_trusted' }, jws.value);

  const now = Math.floor(time / 1000);
  const source = { id: provider.id, url: provider.issuer };
  const verified = await deps.validate(jws.value, source, {
    issuer: provider.issuer,
    audiences: provider.audiences,
    leeway: snapshot.settings.clockLeeway,
    // A session lasts as long as its id_token: one that has ended cannot start anything, not even within the leeway.
    expiryLeeway: 0,
    now,
  });
  const about = aboutPerson(provider, verified.ok ? verified.value : jws.value.claims);
  if (!verified.ok) {
    return verified.error.verified
      ? refuse.verified(verified.error, about)
      : refuse.unverified(verified.error, jws.value);
  }

  const subject = about.subject ?? '';
  const principal = personOf(provider, subject, verified.value);
  const expiresAt = Math.min(Number(verified.value['exp']), now + snapshot.settings.sessionLifetime);
  const committed = await commitToken(deps, attempt, {
    prefix: 'css',
    principal,
    issuer: provider.id,
    subject,
    claims: verified.value,
    policies: [],
    resources: [],
    format: 'opaque',
    issuedAt: now,
    expiresAt: Math.floor(expiresAt),
    record: { ...about, principal: principalId(principal) },
  });
  if (!committed.ok) return err({ code: committed.error, decisionId: attempt.id });
  return ok({ value: committed.value.value, expiresAt: Math.floor(expiresAt), decisionId: attempt.id });
}

function providerOf(snapshot: Snapshot, claims: Claims): IdentityProvider | undefined {
  const iss = claims['iss'];
  return typeof iss === 'string' ? snapshot.identityProviders.get(issuerKey(iss)) : undefined;
}

function aboutPerson(provider: IdentityProvider, claims: Claims): Partial<DecisionRecord> {
  const subject = claims['sub'];
  return {
    issuer: provider.id,
    issuerName: provider.name,
    facts: { claims, request: {} },
    ...(typeof subject === 'string' ? { subject } : {}),
  };
}
