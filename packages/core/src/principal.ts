import type { Claims, Json } from './claims.ts';

/**
 * Who is who. A principal is the authenticated party behind an access token; it always says who vouches for it,
 * because what one organization vouches for counts in that organization alone (threat 18, tenants).
 */

/** Who answers for a principal's identity. */
export type Voucher =
  | { readonly kind: 'organization'; readonly organization: string }
  | {
      readonly kind: 'identity_provider';
      readonly provider: string;
      readonly organizations: readonly string[];
    }
  | { readonly kind: 'server' };

/** The authenticated party. `user` is `usr_…` for a member, else `PROVIDER/SUB`. */
export type Principal =
  | {
      readonly kind: 'organization';
      readonly organization: string;
      readonly admin: boolean;
      readonly vouchedBy: Voucher;
    }
  | {
      readonly kind: 'team';
      readonly organization: string;
      readonly team: string;
      readonly vouchedBy: Voucher;
    }
  | {
      readonly kind: 'runner';
      readonly organization: string;
      readonly runner: string;
      readonly vouchedBy: Voucher;
    }
  | {
      readonly kind: 'service';
      readonly organization: string;
      /** Name of the service account. */
      readonly service: string;
      readonly vouchedBy: Voucher;
    }
  | UserPrincipal
  | { readonly kind: 'administrator'; readonly vouchedBy: Voucher };

/** A person. `email` is present only when it has been verified by whoever vouches. */
export interface UserPrincipal {
  readonly kind: 'user';
  readonly user: string;
  /** The directory's login, when the person is a member of an organization. */
  readonly login?: string;
  readonly email?: string;
  readonly name?: string;
  readonly groups: readonly string[];
  readonly vouchedBy: Voucher;
  /** Of a person of an identity provider: whom organizations know as a member, each for itself. */
  readonly memberships?: readonly Membership[];
}

/** Whom an organization takes a person of an identity provider for. Its word counts in it alone. */
export interface Membership {
  readonly organization: string;
  /** `usr_…` */
  readonly user: string;
  readonly login: string;
  /** `idn_…` of the binding by which they are that member. */
  readonly identity: string;
}

/** The kinds of principal, as a closed list. */
export type PrincipalKind = Principal['kind'];

/**
 * The stable name of a principal: `usr_…`, `PROVIDER/SUB`, `org:O`, `team:O/T`, `runner:O/R`, `service:O/N` or
 * `administrator`.
 * No two kinds collide: provider and organization names hold neither `:` nor `/`.
 */
export function principalId(principal: Principal): string {
  switch (principal.kind) {
    case 'organization':
      return `org:${principal.organization}`;
    case 'team':
      return `team:${principal.organization}/${principal.team}`;
    case 'runner':
      return `runner:${principal.organization}/${principal.runner}`;
    case 'service':
      return `service:${principal.organization}/${principal.service}`;
    case 'user':
      return principal.user;
    case 'administrator':
      return 'administrator';
  }
}

/** Whether an organization has to believe this principal at all. The site administrator is nobody on a route. */
export function countsIn(principal: Principal, organization: string): boolean {
  const voucher = principal.vouchedBy;
  switch (voucher.kind) {
    case 'organization':
      return voucher.organization === organization;
    case 'identity_provider':
      return voucher.organizations.includes(organization);
    case 'server':
      return false;
  }
}

/**
 * Who a principal is to some organizations: what the first of them says that knows it as a member, else what it is at
 * large. `undefined`: none of them has to believe it. A person of a provider may be one member here and another there,
 * and to an organization that knows neither is nobody but that person of the provider.
 */
export function principalAmong(
  principal: Principal,
  organizations: readonly string[],
): Principal | undefined {
  const believing = organizations.filter((organization) => countsIn(principal, organization));
  const [first] = believing;
  if (first === undefined) return undefined;
  if (principal.kind !== 'user' || principal.memberships === undefined) return principal;
  const { memberships } = principal;
  const known = believing.find((name) => memberships.some(({ organization }) => organization === name));
  return principalIn(principal, known ?? first);
}

/** Who a principal is to one organization that has to believe it. */
export function principalIn(principal: Principal, organization: string): Principal {
  if (principal.kind !== 'user' || principal.vouchedBy.kind !== 'identity_provider') return principal;
  const { vouchedBy, memberships, ...person } = principal;
  const membership = memberships?.find((one) => one.organization === organization);
  if (membership === undefined) return principal;
  // Most people are members of the one organization that there is: they are this already, and stay one object.
  if (vouchedBy.organizations.length === 1 && principal.user === membership.user) return principal;
  return {
    ...person,
    user: membership.user,
    login: membership.login,
    vouchedBy: { ...vouchedBy, organizations: [organization] },
    memberships: [membership],
  };
}

/** What policies may read about a principal, as plain JSON: the `principal` root of the facts. */
export function principalFacts(principal: Principal): Claims {
  const facts: Record<string, Json> = { kind: principal.kind, id: principalId(principal) };
  switch (principal.kind) {
    case 'organization':
      facts['organization'] = principal.organization;
      break;
    case 'team':
      facts['organization'] = principal.organization;
      facts['team'] = `${principal.organization}/${principal.team}`;
      break;
    case 'runner':
      facts['organization'] = principal.organization;
      facts['runner'] = `${principal.organization}/${principal.runner}`;
      break;
    case 'service':
      facts['organization'] = principal.organization;
      // A route says `user: { is: service:O/N }`: no person is called so, since none has a `:` before the first `/`.
      facts['user'] = principalId(principal);
      break;
    case 'user':
      addUserFacts(facts, principal);
      break;
    case 'administrator':
      break;
  }
  return facts;
}

function addUserFacts(facts: Record<string, Json>, user: UserPrincipal): void {
  facts['user'] = user.user;
  facts['groups'] = user.groups;
  const organization = organizationOf(user);
  if (organization !== undefined) facts['organization'] = organization;
  if (user.login !== undefined) facts['login'] = user.login;
  if (user.name !== undefined) facts['name'] = user.name;
  if (user.email === undefined) return;
  facts['email'] = user.email;
  // The domain is what follows the LAST `@`: "a@evil.example@acme.example" has a quoted local part, not two domains.
  const at = user.email.lastIndexOf('@');
  if (at > 0 && at < user.email.length - 1) facts['domain'] = foldCase(user.email.slice(at + 1));
}

/** The organization that a person speaks as a member of. */
function organizationOf({ user, vouchedBy, memberships }: UserPrincipal): string | undefined {
  if (vouchedBy.kind === 'organization') return vouchedBy.organization;
  return memberships?.find((membership) => membership.user === user)?.organization;
}

/**
 * An email address or domain as it is compared: A–Z in lower case and nothing else. Unicode's lower case would make
 * one person of two: it turns the Kelvin sign (U+212A) into the letter `k`.
 */
export function foldCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
