import { principalId, principalIn } from '@countersign/core';
import { EVERYWHERE, type MassRevocation, type TokenRecord } from './model.ts';
import type { Holder } from './holder.ts';

/**
 * Mass revocations in force: compared with every token at every use, so that one row ends any number of tokens, those
 * that this process does not know included. It must never lose one: where there is no room for another, the whole
 * organization is revoked up to that time, which is more than was asked for and never less.
 */
export interface MassRevocations {
  add(revocation: MassRevocation): void;
  /** Whether a token is over by any of them. */
  covers(token: TokenRecord): boolean;
  /** Epoch seconds: whatever was issued to a holder at or before is over, be it in one of its organizations alone. */
  endedUntil(holder: Holder): number;
  /** Epoch seconds: a session that counts in several organizations and was issued at or before is over in this one. */
  endedIn(organization: string, holder: Holder): number;
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
    covers: (token) => organizations.size > 0 && token.issuedAt <= wholly(organizations, token),
    endedUntil: (holder) => Math.max(wholly(organizations, holder), somewhere(organizations, holder)),
    endedIn: (organization, holder) => endedIn(organizations, organization, holder),
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

type Revocations = ReadonlyMap<string, OfOrganization>;

/** By its own organization; a session also by what ends sessions wherever they count. */
function wholly(organizations: Revocations, holder: Holder): number {
  const { organization } = holder;
  const own = organization === undefined ? NEVER : endedIn(organizations, organization, holder);
  return isSession(holder) ? Math.max(own, endedIn(organizations, EVERYWHERE, holder)) : own;
}

/** A session of several organizations is none of theirs: what one of them ends, it ends in itself. */
function somewhere(organizations: Revocations, holder: Holder): number {
  const { vouchedBy } = holder.principal;
  if (holder.organization !== undefined || vouchedBy.kind !== 'identity_provider') return NEVER;
  const ended = vouchedBy.organizations.map((name) => endedIn(organizations, name, holder));
  return Math.max(NEVER, ...ended);
}

function endedIn(organizations: Revocations, organization: string, holder: Holder): number {
  const own = organizations.get(organization);
  if (!own) return NEVER;
  const { by, everything } = own;
  let latest = Math.max(
    everything,
    by.issuer.get(holder.issuer) ?? NEVER,
    by.subject.get(holder.subject) ?? NEVER,
  );
  for (const policy of holder.policies) latest = Math.max(latest, by.policy.get(policy) ?? NEVER);
  // The names of a principal have to be put together: only where somebody was revoked by one.
  if (by.principal.size === 0) return latest;
  for (const name of namesIn(organization, holder))
    latest = Math.max(latest, by.principal.get(name) ?? NEVER);
  return latest;
}

function isSession({ principal }: Holder): boolean {
  return principal.vouchedBy.kind === 'identity_provider';
}

/** Who a holder is to an organization, and by which binding; wherever it counts, a person is one of their provider. */
function namesIn(organization: string, { principal, subject }: Holder): readonly string[] {
  if (principal.kind !== 'user' || principal.vouchedBy.kind !== 'identity_provider')
    return [principalId(principal)];
  if (organization === EVERYWHERE) return [sessionName(principal.vouchedBy.provider, subject)];
  const bindings = principal.memberships?.filter((one) => one.organization === organization) ?? [];
  return [principalId(principalIn(principal, organization)), ...bindings.map(({ identity }) => identity)];
}

/** `PROVIDER/SUB`: what a person is called wherever no organization knows them as a member. */
export function sessionName(provider: string, subject: string): string {
  return `${provider}/${subject}`;
}

/** Whether a revocation is about the holder of a token, whenever it was issued. */
export function concerns({ organization, by, value }: MassRevocation, holder: Holder): boolean {
  const isAbout = organization === EVERYWHERE ? isSession(holder) : holder.organization === organization;
  if (!isAbout) return false;
  switch (by) {
    case 'issuer':
      return holder.issuer === value;
    case 'policy':
      return holder.policies.includes(value);
    case 'subject':
      return holder.subject === value;
    case 'principal':
      return namesIn(organization, holder).includes(value);
    case 'organization':
      return true;
  }
}
