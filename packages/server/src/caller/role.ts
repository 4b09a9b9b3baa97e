import type { Member, Principal, UserPrincipal } from '@countersign/core';
import type { Snapshot } from '../snapshot/model.ts';

/**
 * What a caller is to an organization, as the table of the management API has it: S site administrator, A organization
 * admin, M member, T token of an organization, a team, a runner or a service account. Anybody else is nothing there, whatever they are elsewhere.
 */
export type Role = 'S' | 'A' | 'M' | 'T';

export function roleIn(snapshot: Snapshot, principal: Principal, organization: string): Role | undefined {
  switch (principal.kind) {
    case 'administrator':
      return 'S';
    case 'organization':
      if (principal.organization !== organization) return undefined;
      return principal.admin ? 'A' : 'T';
    case 'team':
    case 'runner':
    case 'service':
      return principal.organization === organization ? 'T' : undefined;
    case 'user': {
      // Membership counts where the voucher is that organization itself; an email or login from elsewhere does not.
      const member = memberOf(snapshot, principal);
      if (member?.organization !== organization) return undefined;
      return member.role === 'admin' ? 'A' : 'M';
    }
  }
}

/** The member that a person is, in the organization that vouches for them. */
export function memberOf(
  snapshot: Snapshot,
  { user, login, vouchedBy }: UserPrincipal,
): (Member & { readonly organization: string }) | undefined {
  if (vouchedBy.kind !== 'organization' || login === undefined) return undefined;
  const { organization } = vouchedBy;
  const member = snapshot.organizations.get(organization)?.directory.members.get(login);
  return member?.user === user ? { ...member, organization } : undefined;
}

/** A team's admin: a member of the organization, and known to it by login. */
export function looksAfterTeam(
  snapshot: Snapshot,
  principal: Principal,
  organization: string,
  team: string,
): boolean {
  const member = principal.kind === 'user' ? memberOf(snapshot, principal) : undefined;
  if (member?.organization !== organization) return false;
  const { teams } = snapshot.organizations.get(organization)?.directory ?? {};
  return teams?.get(team)?.admins.includes(member.login) ?? false;
}
