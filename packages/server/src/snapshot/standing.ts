import type { Principal } from '@countersign/core';
import { MADE_BY_API, type Presented, type TokenRecord } from '../tokens/model.ts';
import type { Organization, Snapshot, TrustedIssuer } from './model.ts';

/**
 * Whether a live token still stands under the configuration of now: what has left it (an issuer, its policies, a team,
 * a member, a provider) is suspended at once, at use as at mint (threat 3). Nothing is revoked by it; if the same thing returns,
 * so do its tokens.
 */
export function standing(snapshot: Snapshot, presented: Presented): Presented {
  if (presented.state !== 'live' || stands(snapshot, presented.token)) return presented;
  return { state: 'invalid' };
}

function stands(snapshot: Snapshot, token: TokenRecord): boolean {
  if (token.organization === undefined) return providerStands(snapshot, token);
  const organization = snapshot.organizations.get(token.organization);
  if (!organization) return false;
  // Nobody vouches for it from outside: it stands with whom it speaks as.
  if (token.issuer === MADE_BY_API) return principalStands(organization, token.principal);
  const issuer = organization.issuersById.get(token.issuer);
  if (issuer === undefined || issuer.disabled || !policiesStand(issuer, token)) return false;
  return principalStands(organization, token.principal);
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

/** A provider that speaks for fewer organizations than it did when the session began no longer vouches for it. */
function providerStands(snapshot: Snapshot, token: TokenRecord): boolean {
  const provider = snapshot.identityProvidersById.get(token.issuer);
  const voucher = token.principal.vouchedBy;
  if (!provider || voucher.kind !== 'identity_provider') return false;
  return voucher.organizations.every((name) => provider.organizations.includes(name));
}

function principalStands({ directory }: Organization, principal: Principal): boolean {
  switch (principal.kind) {
    case 'organization':
      return true;
    case 'team':
      return directory.teams.has(principal.team);
    case 'runner':
      return directory.runners.has(principal.runner);
    case 'user':
      return principal.login !== undefined && directory.members.has(principal.login);
    case 'administrator':
      return false;
  }
}
