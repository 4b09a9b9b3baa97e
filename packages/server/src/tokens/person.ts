import type { Membership, UserPrincipal } from '@countersign/core';
import type { Holder } from './holder.ts';

/**
 * A person's token has a holder of its own, and a hundred thousand people as many. What is theirs alone is kept as one
 * short text; everything else (provider, groups, organization, what the token opens) many people share.
 */
export interface SplitHolder {
  /** The same for everybody who differs by name alone. */
  readonly common: Holder;
  readonly person?: string;
}

type Own = readonly [
  subject: string,
  user: string,
  login: string | null,
  email: string | null,
  name: string | null,
  memberships: readonly OwnMembership[] | null,
];

/** `null`: as of the person, whom an organization mostly knows by the same names. */
type OwnMembership = readonly [
  organization: string,
  identity: string,
  user: string | null,
  login: string | null,
];

export function splitHolder(holder: Holder): SplitHolder {
  const { principal, subject } = holder;
  if (principal.kind !== 'user') return { common: holder };
  const { user, login, email, name, memberships, ...shared } = principal;
  const known = memberships?.map((one): OwnMembership => [
    one.organization,
    one.identity,
    one.user === user ? null : one.user,
    one.login === login ? null : one.login,
  ]);
  const own: Own = [subject, user, login ?? null, email ?? null, name ?? null, known ?? null];
  return {
    common: { ...holder, subject: '', principal: { ...shared, user: '' } },
    person: JSON.stringify(own),
  };
}

/** The holder that {@link splitHolder} was given. */
export function joinHolder(common: Holder, person: string): Holder {
  const [subject, user, login, email, name, memberships] = JSON.parse(person) as Own;
  const principal: UserPrincipal = {
    ...(common.principal as UserPrincipal),
    user,
    ...(login !== null && { login }),
    ...(email !== null && { email }),
    ...(name !== null && { name }),
    ...(memberships !== null && {
      memberships: memberships.map(([organization, identity, as, called]): Membership => ({
        organization,
        user: as ?? user,
        login: called ?? login ?? '',
        identity,
      })),
    }),
  };
  return { ...common, subject, principal };
}
