import { principalId } from '@countersign/core';
import type { MassRevocation, TokenRecord } from './model.ts';
import type { Holder } from './token-table.ts';

/**
 * Mass revocations in force: compared with every token at every use, so that one row ends any number of tokens, those
 * that this process does not know included. It must never lose one: where there is no room for another, the whole
 * organization is revoked up to that time, which is more than was asked for and never less.
 */
export interface MassRevocations {
  add(revocation: MassRevocation): void;
  /** Whether a token is over by any of them. */
  covers(token: TokenRecord): boolean;
  /** Epoch seconds: whatever was issued to a holder at or before is over. */
  endedUntil(holder: Holder): number;
  /** How many are told apart. */
  readonly size: number;
}

/** Mass revocations that are told apart: an administrator's deeds, a handful a day. */
const MAX_MASS_REVOCATIONS = 100_000;

const NEVER = -Infinity;

type Kind = Exclude<MassRevocation['by'], 'organization'>;

interface OfOrganization {
  /** Value → the latest time, epoch seconds. */
  readonly by: Readonly<Record<Kind, Map<string, number>>>;
  /** Everything issued at or before. */
  everything: number;
}

export function createMassRevocations(limit = MAX_MASS_REVOCATIONS): MassRevocations {
  // As many organizations as the configuration has named: not bounded by itself, since nobody from outside adds one.
  const organizations = new Map<string, OfOrganization>();
  let size = 0;

  return {
    add({ organization, by, value, before }) {
      const own = organizations.get(organization) ?? none();
      organizations.set(organization, own);
      if (by === 'organization') {
        own.everything = Math.max(own.everything, before);
        return;
      }
      const known = own.by[by].get(value);
      if (known === undefined && size >= limit) {
        own.everything = Math.max(own.everything, before);
        return;
      }
      if (known === undefined) size += 1;
      own.by[by].set(value, Math.max(known ?? before, before));
    },
    // The common case costs one comparison.
    covers: (token) => organizations.size > 0 && token.issuedAt <= endedUntil(organizations, token),
    endedUntil: (holder) => endedUntil(organizations, holder),
    get size() {
      return size;
    },
  };
}

function none(): OfOrganization {
  return {
    by: { issuer: new Map(), policy: new Map(), subject: new Map(), principal: new Map() },
    everything: NEVER,
  };
}

/** A session of a person belongs to no organization, and no organization ends it. */
function endedUntil(organizations: ReadonlyMap<string, OfOrganization>, holder: Holder): number {
  const own = holder.organization === undefined ? undefined : organizations.get(holder.organization);
  if (!own) return NEVER;
  const { by, everything } = own;
  let latest = Math.max(
    everything,
    by.issuer.get(holder.issuer) ?? NEVER,
    by.subject.get(holder.subject) ?? NEVER,
  );
  for (const policy of holder.policies) latest = Math.max(latest, by.policy.get(policy) ?? NEVER);
  // The name of a principal has to be put together: only where somebody was revoked by it.
  if (by.principal.size === 0) return latest;
  return Math.max(latest, by.principal.get(principalId(holder.principal)) ?? NEVER);
}

/** Whether a revocation is about the holder of a token, whenever it was issued. */
export function concerns({ organization, by, value }: MassRevocation, holder: Holder): boolean {
  if (holder.organization !== organization) return false;
  switch (by) {
    case 'issuer':
      return holder.issuer === value;
    case 'policy':
      return holder.policies.includes(value);
    case 'subject':
      return holder.subject === value;
    case 'principal':
      return principalId(holder.principal) === value;
    case 'organization':
      return true;
  }
}
