import type { Principal } from '@countersign/core';
import type { MassRevocations } from '../tokens/mass-revocations.ts';
import { BY_SERVER, MADE_BY_API, type Presented, type TokenRecord } from '../tokens/model.ts';
import { administratorSubject } from './administrator.ts';
import type { Organization, Snapshot, TrustedIssuer } from './model.ts';
import { sessionStanding } from './session-standing.ts';

/**
 * Whether a live token still stands under the configuration of now: what has left it (an issuer, its policies, a team,
 * a member, a service account, a provider) is suspended at once, at use as at mint (threat 3). Nothing is revoked by it; if the same thing returns,
 * so do its tokens.
 */
export function standing(
  snapshot: Snapshot,
  presented: Presented,
  revocations: Pick<MassRevocations, 'endedIn'>,
): Presented {
  if (presented.state !== 'live') return presented;
  const { token } = presented;
  if (token.principal.vouchedBy.kind === 'identity_provider')
    return sessionStanding(snapshot, token, revocations) ?? { state: 'invalid' };
  if (token.principal.kind === 'administrator')
    return administratorStands(snapshot, token) ? presented : { state: 'invalid' };
  return stands(snapshot, token) ? presented : { state: 'invalid' };
}

function stands(snapshot: Snapshot, token: TokenRecord): boolean {
  const organization = snapshot.organizations.get(token.organization ?? '');
  if (!organization) return false;
  // Nobody vouches for it from outside: it stands with whom it speaks as.
  if (token.issuer === MADE_BY_API) return principalStands(organization, token.principal);
  const issuer = organization.issuersById.get(token.issuer);
  if (issuer === undefined || issuer.disabled || !policiesStand(issuer, token)) return false;
  return principalStands(organization, token.principal);
}

/** Break-glass: with the administrator token that was shown, and no longer than the configuration has it. */
function administratorStands({ settings }: Snapshot, { issuer, subject }: TokenRecord): boolean {
  const { adminTokenHash } = settings;
  if (issuer !== BY_SERVER || adminTokenHash === undefined) return false;
  return subject === administratorSubject(adminTokenHash);
}

/** Policies of each issuer as a set, made once: a request must not pay for the length of the file. */
const POLICIES = new WeakMap<TrustedIssuer, ReadonlySet<string>>();

function remember(issuer: TrustedIssuer): ReadonlySet<string> {
  const known = new Set(issuer.policyIds);
  POLICIES.set(issuer, known);
  return known;
}

/**
 * Every policy that allowed a token has to be there still: they joined what they grant (the longest life, all resources),
 * and what is left of them may never have granted so much. Tokens that none allowed came another way.
 */
function policiesStand(issuer: TrustedIssuer, { policies }: TokenRecord): boolean {
  if (policies.length === 0) return true;
  const known = POLICIES.get(issuer) ?? remember(issuer);
  return policies.every((policy) => known.has(policy));
}

function principalStands({ directory }: Organization, principal: Principal): boolean {
  switch (principal.kind) {
    case 'organization':
      return true;
    case 'team':
      return directory.teams.has(principal.team);
    case 'runner':
      return directory.runners.has(principal.runner);
    case 'service':
      return directory.serviceAccounts.get(principal.service)?.disabled === false;
    case 'user':
      return principal.login !== undefined && directory.members.has(principal.login);
    case 'administrator':
      return false;
  }
}
