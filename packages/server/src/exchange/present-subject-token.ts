import {
  exchangeDirectly,
  namedTargets,
  prefixOf,
  principalId,
  type Grant,
  type NamedTarget,
  type Result,
} from '@countersign/core';
import type { Logger } from '../adapters/ports.ts';
import type { DecisionRecord } from '../audit/model.ts';
import type { Origin } from '../audit/origin.ts';
import type { OrganizationDirectory, Snapshot, TrustedIssuer } from '../snapshot/model.ts';
import type { UnverifiedJws } from '../trust/compact-jws.ts';
import type { IdentifiedRefusal } from './model.ts';
import { namedTarget } from './named-target.ts';
import { presentedHash, settleSession, type PresentDeps, type PresentedOrder } from './presented-session.ts';
import { createRefuser, type Attempt } from './refuser.ts';
import { replayMark } from './replay-mark.ts';
import { aboutDecision, aboutSubject, verifySubject } from './subject.ts';

/**
 * Exchanges a subject token that was presented at a route as it is. The same checks, policies, mark and trail as at the
 * token endpoint. Nobody says how long: it opens routes for as long as the access token would have lived that it could
 * have been exchanged for when it was issued. Counted from any later moment, looking again would renew it.
 */
export interface PresentedSubject extends Origin {
  readonly snapshot: Snapshot;
  readonly token: UnverifiedJws;
  readonly issuer: TrustedIssuer;
  /** Name of the route that it was presented at. */
  readonly route: string;
}

export interface PresentSubjectDeps extends PresentDeps {
  readonly logger: Logger;
}

/** The hash by which the token is known from now on. */
export async function presentSubjectToken(
  deps: PresentSubjectDeps,
  { snapshot, token, issuer, route, ...origin }: PresentedSubject,
): Promise<Result<Uint8Array, IdentifiedRefusal>> {
  const time = deps.clock.now();
  const attempt: Attempt = { id: deps.decisions.newId(), time, ...origin };
  const refuse = createRefuser(deps.decisions, attempt);
  const directory = snapshot.organizations.get(issuer.organization)?.directory;
  if (!directory || issuer.disabled) return refuse.unverified({ code: 'token.not_trusted' }, token);

  const now = Math.floor(time / 1000);
  const verified = await verifySubject(deps, refuse, token, issuer, {
    leeway: snapshot.settings.clockLeeway,
    // It opens a route no longer than it lives, not even within the leeway.
    expiryLeeway: 0,
    // Counted from `iat` and no other moment: it has to be there.
    maxAge: issuer.maxTokenAge ?? Infinity,
    now,
  });
  if (!verified.ok) return verified;
  const claims = verified.value;
  const issuedAt = Math.floor(Number(claims['iat']));
  const decided = exchangeDirectly({
    issuer,
    claims,
    directory,
    targets: targetsOf(issuer, directory),
    expiration: Math.floor(Number(claims['exp'])) - issuedAt,
    now: issuedAt,
  });
  if (decided.ambiguous)
    deps.logger.warn('a presented token could speak as several', { issuer: issuer.name, route });
  const { outcome, facts } = decided;
  const decision = outcome.ok ? outcome.value.decision : outcome.error.decision;
  const about = {
    ...aboutSubject(issuer, claims),
    facts,
    route,
    policySet: issuer.policySet,
    ...(decision && aboutDecision(issuer, decision)),
  };
  if (!outcome.ok) return refuse.verified(outcome.error, about);
  if (outcome.value.expiresAt <= now) return refuse.verified({ code: 'token.expired' }, about);
  // A clock that runs ahead must not lift a token over a revocation of now.
  const subject = { issuer, token, issuedAt: Math.min(now, issuedAt), about };
  return settleSession({ deps, attempt, refuse }, orderOf(subject, outcome.value));
}

/** Made once for an issuer of a snapshot: it may have thousands of policies. */
const TARGETS = new WeakMap<TrustedIssuer, readonly NamedTarget[]>();

function targetsOf(issuer: TrustedIssuer, directory: OrganizationDirectory): readonly NamedTarget[] {
  const known = TARGETS.get(issuer);
  if (known) return known;
  const targets = namedTargets(issuer.policies, issuer.trust).map(({ target, rules }) => ({
    target: namedTarget(directory, target),
    rules,
  }));
  TARGETS.set(issuer, targets);
  return targets;
}

interface Subject {
  readonly issuer: TrustedIssuer;
  readonly token: UnverifiedJws;
  readonly issuedAt: number;
  readonly about: Partial<DecisionRecord>;
}

function orderOf({ issuer, token, issuedAt, about }: Subject, grant: Grant): PresentedOrder {
  const { principal, resources, expiresAt } = grant;
  const policies = about.policies ?? [];
  return {
    prefix: prefixOf(grant.tokenType),
    principal,
    organization: issuer.organization,
    issuer: issuer.id,
    subject: about.subject ?? '',
    claims: token.claims,
    policies,
    resources,
    // It is known by its hash and has no other form, whatever the policy says of those that we make.
    format: 'opaque',
    issuedAt,
    expiresAt,
    record: { ...about, principal: principalId(principal) },
    mark: replayMark(issuer, token),
    presented: presentedHash(issuer.id, token, [
      principalId(principal),
      [...policies].sort(),
      resources,
      expiresAt,
    ]),
  };
}
