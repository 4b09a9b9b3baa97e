import type { Claims, Result } from '@countersign/core';
import type { DecisionRecord } from '../audit/model.ts';
import { originOf } from '../audit/origin.ts';
import type { IdentityProvider } from '../snapshot/model.ts';
import { parseCompactJws } from '../trust/compact-jws.ts';
import type { ExchangeDeps, IdentifiedRefusal, IssuedSession, SessionCall } from './model.ts';
import { providerOf } from './provider-of.ts';
import { createRefuser, type Attempt } from './refuser.ts';
import { signIn } from './sign-in.ts';

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
  const attempt: Attempt = { id: deps.decisions.newId(), time, ...originOf(call) };
  const refuse = createRefuser(deps.decisions, attempt);

  const jws = parseCompactJws(call.idToken, snapshot.settings.limits.token);
  if (!jws.ok) return refuse.unverified({ code: jws.error });
  const claimed = providerOf(snapshot, jws.value.claims);
  if (!claimed) return refuse.unverified({ code: 'token.not_trusted' }, jws.value);
  const { provider } = claimed;

  const now = Math.floor(time / 1000);
  const source = { id: provider.id, url: provider.issuer };
  const verified = await deps.validate(jws.value, source, {
    issuer: provider.issuer,
    audiences: claimed.audiences,
    leeway: snapshot.settings.clockLeeway,
    // A session lasts as long as its id_token: one that has ended cannot start anything, not even within the leeway.
    expiryLeeway: 0,
    // Presented as it is, it is as old as it says: it has to say it.
    ...(call.presented && { maxAge: Infinity }),
    now,
  });
  const about = aboutPerson(provider, verified.ok ? verified.value : jws.value.claims);
  if (!verified.ok) {
    return verified.error.verified
      ? refuse.verified(verified.error, about)
      : refuse.unverified(verified.error, jws.value);
  }
  // RFC 8417 section 4.1: a logout token has the same issuer, audience and subject, and is proof of the opposite.
  if (Object.hasOwn(verified.value, 'events')) {
    return refuse.verified(
      { code: 'token.malformed', hint: ['a security event is no identity token'] },
      about,
    );
  }
  // Whichever we chose, the other may have been meant: another organization, and another member of it.
  if (claimed.ambiguous) return refuse.verified({ code: 'token.audience', hint: AMBIGUOUS }, about);

  const { exp, iat } = verified.value;
  const expiresAt = Math.min(Number(exp), now + snapshot.settings.sessionLifetime);
  return signIn(deps, {
    attempt,
    refuse,
    provider,
    subject: about.subject ?? '',
    claims: verified.value,
    about,
    // What is presented as it is was issued when it says: a revocation since then is about it too.
    issuedAt: call.presented ? Math.min(now, Math.floor(Number(iat))) : now,
    expiresAt: Math.floor(expiresAt),
    presented: call.presented,
  });
}

const AMBIGUOUS = ['azp has to name the client that the id_token was issued to'];

function aboutPerson(provider: IdentityProvider, claims: Claims): Partial<DecisionRecord> {
  const subject = claims['sub'];
  const [organization, another] = provider.organizations;
  return {
    issuer: provider.id,
    issuerName: provider.name,
    facts: { claims, request: {} },
    // Its administrators may read why one of theirs was refused; of a shared provider nobody's people are theirs alone.
    ...(organization === undefined || another !== undefined ? {} : { organization }),
    ...(typeof subject === 'string' ? { subject } : {}),
  };
}
