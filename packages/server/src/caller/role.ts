import type { Principal } from '@countersign/core';
import type { Snapshot } from '../snapshot/model.ts';

/**
 * What a caller is to an organization, as the table of the management API has it: S site administrator, A organization
 * admin, M member, T organization, team or runner token. Anybody else is nothing there, whatever they are elsewhere.
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
      return principal.organization === organization ? 'T' : undefined;
    case 'user': {
      // Membership counts where the voucher is that organization itself; an email or login from elsewhere does not.
      const voucher = principal.vouchedBy;
      if (voucher.kind !== 'organization' || voucher.organization !== organization) return undefined;
      const member =
        principal.login === undefined
          ? undefined
          : snapshot.organizations.get(organization)?.directory.members.get(principal.login);
      if (!member || member.user !== principal.user) return undefined;
      return member.role === 'admin' ? 'A' : 'M';
    }
  }
}
