import { foldCase, type Membership, type UserPrincipal } from '@countersign/core';
import type { MemberEntry, OrganizationDirectory, Snapshot } from '../snapshot/model.ts';
import type { Identity } from '../storage/repositories/identities.ts';

/**
 * Whom the organizations of a provider know a person as. Pure. A person is recognised by (provider, `sub`); the email
 * only says at a first sign-in which member that is, and never again. Each organization speaks for itself: what one of
 * them says of a person costs nobody anything in another (threat 18).
 */
export interface Asked {
  readonly snapshot: Pick<Snapshot, 'organizations'>;
  /** Those of the provider. */
  readonly organizations: readonly string[];
  readonly person: Pick<UserPrincipal, 'email'>;
  /** What is stored of the person: at most one of each organization. */
  readonly identities: readonly Identity[];
}

export interface Standing {
  /** They are that member, and were it before. */
  readonly known: readonly Identity[];
  /** Members with their verified email in organizations that do not know them. */
  readonly candidates: readonly Candidate[];
  /** Where they were a member and are none: nobody, until the member returns or the identity is taken away (threat 3). */
  readonly departed: readonly string[];
}

export interface Candidate {
  readonly organization: string;
  readonly user: string;
  readonly login: string;
}

export function standingOf({ snapshot, organizations, person, identities }: Asked): Standing {
  const known: Identity[] = [];
  const candidates: Candidate[] = [];
  const departed: string[] = [];
  for (const organization of organizations) {
    const directory = snapshot.organizations.get(organization)?.directory;
    const identity = identities.find((one) => one.organization === organization);
    if (identity) {
      if (directory?.members.get(identity.login)?.user === identity.user) known.push(identity);
      else departed.push(organization);
      continue;
    }
    const member = directory && memberByEmail(directory, person.email);
    if (member) candidates.push({ organization, user: member.user, login: member.login });
  }
  return { known, candidates, departed };
}

/** What comes of it, when it is known which candidates are somebody else already. */
export interface Outcome {
  readonly memberships: readonly Membership[];
  /** Those that this sign-in makes. */
  readonly bound: readonly Candidate[];
  /** The person counts there. */
  readonly organizations: readonly string[];
  /** There the member with their email is another account of the provider. */
  readonly conflicts: readonly string[];
}

/** `taken`: candidates whose member is another person of the provider. `id`: of the identities that are bound now. */
export function outcomeOf(
  { organizations }: Pick<Asked, 'organizations'>,
  { known, candidates, departed }: Standing,
  taken: readonly Candidate[],
  id: string,
): Outcome {
  const bound = candidates.filter((candidate) => !taken.includes(candidate));
  const conflicts = taken.map(({ organization }) => organization);
  const asMember = ({ organization, user, login }: Candidate, identity: string): Membership => ({
    organization,
    user,
    login,
    identity,
  });
  return {
    memberships: [
      ...known.map((identity) => asMember(identity, identity.id)),
      ...bound.map((candidate) => asMember(candidate, id)),
    ],
    bound,
    organizations: organizations.filter((name) => !departed.includes(name) && !conflicts.includes(name)),
    conflicts,
  };
}

/** Folded email → the member who has it, `null` where several do: then it says nothing. */
const BY_EMAIL = new WeakMap<OrganizationDirectory, ReadonlyMap<string, MemberEntry | null>>();

function memberByEmail(directory: OrganizationDirectory, email: string | undefined): MemberEntry | undefined {
  if (email === undefined) return undefined;
  const index = BY_EMAIL.get(directory) ?? remember(directory);
  return index.get(foldCase(email)) ?? undefined;
}

/** Made once for each version of a directory: a sign-in must not pay for the number of members. */
function remember(directory: OrganizationDirectory): ReadonlyMap<string, MemberEntry | null> {
  const index = new Map<string, MemberEntry | null>();
  for (const member of directory.members.values()) {
    if (member.email === undefined) continue;
    const folded = foldCase(member.email);
    index.set(folded, index.has(folded) ? null : member);
  }
  BY_EMAIL.set(directory, index);
  return index;
}
