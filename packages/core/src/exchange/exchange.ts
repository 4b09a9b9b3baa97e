import type { Claims } from '../claims.ts';
import type { Decision, Facts } from '../decision.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { Principal, UserPrincipal, Voucher } from '../principal.ts';
import type { RefusalCode } from '../refusal-code.ts';
import { err, ok, type Result } from '../result.ts';
import { lifetime, policyLimit, SIGNED_MAX_EXPIRATION } from './lifetime.ts';
import type { Directory, ExchangeInput, Grant, Member, Refusal, Target } from './model.ts';
import { canonicalResources, grantedResources } from './resource.ts';
import { printScope } from './scope.ts';

/**
 * The exchange: a verified subject, a request and the policies of its issuer give a grant or a refusal. Granted is
 * policy ∩ requested ∩ what the target has (threat 3); nothing here may add to any of the three.
 *
 * No rule matched, a deny matched and no such target are one refusal, `policy.refused`: callers must not learn what
 * exists. The decision in it tells the operator which; where it says `allow`, the target was missing. For the same
 * reason a resource that does not exist and one that no policy opens are one refusal, `request.resource`, and both
 * are told only to who has been allowed something.
 */
export function exchange(input: ExchangeInput): Result<Grant, Refusal> {
  const { request, issuer, directory, now } = input;
  // An issuer of one organization never speaks for another (threat 2), whatever look-up brought them together.
  if (issuer.organization !== request.organization || directory.organization !== request.organization) {
    return err({ code: 'token.not_trusted' });
  }
  const asked = canonicalResources(request.resources);
  if (asked === undefined) return err({ code: 'request.resource' });
  // Policies are evaluated even when there is no such target, so that the answer takes as long as any refusal.
  const decision = evaluate(issuer.trust.policy, exchangeFacts(input));
  const principal = principalOf(request.target, directory);
  if (decision.effect !== 'allow' || principal === undefined) return refused(decision);

  const { determining } = decision;
  const resources = grantedResources(asked, determining, issuer.trust.resources, directory.resources);
  if (resources === undefined) return refused(decision, asked.length > 0 ? 'request.resource' : undefined);
  const signed = request.format === 'jwt' || determining.every((id) => issuer.trust.signed.has(id));
  const expiresIn = lifetime(request.expiration, [
    policyLimit(determining, issuer.trust.maxExpiration),
    issuer.maxExpiration,
    signed ? SIGNED_MAX_EXPIRATION : Infinity,
  ]);
  // A limit that is no positive number (NaN included) grants no time, and a grant of no time is none.
  if (!(expiresIn >= 1)) return refused(decision);
  return ok({
    principal,
    tokenType: request.target.type,
    scope: printScope(request.target),
    expiresIn,
    expiresAt: now + expiresIn,
    format: signed ? 'jwt' : 'opaque',
    resources,
    decision,
  });
}

function refused(decision: Decision, code: RefusalCode = 'policy.refused'): Result<never, Refusal> {
  return err({ code, decision });
}

/** What the policies see; stored with the decision, so that `explain` asks the same engine the same question. */
export function exchangeFacts(input: Pick<ExchangeInput, 'claims' | 'request'>): Facts {
  const { target, resources } = input.request;
  // In one spelling: a policy that speaks of a resource must not be evaded by another. Nothing else gets in: what is
  // no list of resources is refused before anything is decided, and is not worth keeping.
  const asked = canonicalResources(resources) ?? [];
  const about = asked.length === 0 ? {} : { resources: asked };
  return { claims: input.claims, request: { ...requestFacts(target), ...about } };
}

function requestFacts(target: Target): Claims {
  switch (target.type) {
    case 'organization':
      return { token_type: target.type, admin: target.admin };
    case 'team':
      return { token_type: target.type, target: target.team, admin: false };
    case 'personal':
      return { token_type: target.type, target: target.login, admin: false };
    case 'runner':
      return { token_type: target.type, target: target.runner, admin: false };
  }
}

/** Who the token will speak as, or `undefined` when the organization has no such target. */
export function principalOf(target: Target, directory: Directory): Principal | undefined {
  const { organization } = directory;
  const vouchedBy: Voucher = { kind: 'organization', organization };
  switch (target.type) {
    case 'organization':
      return { kind: 'organization', organization, admin: target.admin, vouchedBy };
    case 'team':
      if (!directory.teams.has(target.team)) return undefined;
      return { kind: 'team', organization, team: target.team, vouchedBy };
    case 'personal': {
      const member = directory.members.get(target.login);
      return member && userPrincipal(member, vouchedBy);
    }
    case 'runner':
      if (!directory.runners.has(target.runner)) return undefined;
      return { kind: 'runner', organization, runner: target.runner, vouchedBy };
  }
}

/** Groups come from identity providers alone; an organization says what it knows by teams. */
function userPrincipal(member: Member, vouchedBy: Voucher): UserPrincipal {
  const { user, login, email, name } = member;
  return {
    kind: 'user',
    user,
    login,
    groups: [],
    vouchedBy,
    ...(email === undefined ? {} : { email }),
    ...(name === undefined ? {} : { name }),
  };
}
