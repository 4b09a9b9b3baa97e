import {
  err,
  ok,
  principalId,
  principalOf,
  type Result,
  type Target,
  type TokenPrefix,
} from '@countersign/core';
import type { Caller } from '../caller/caller.ts';
import { looksAfterTeam, memberOf, roleIn, type Role } from '../caller/role.ts';
import type { OrganizationDirectory, Snapshot } from '../snapshot/model.ts';
import { NEVER_EXPIRES, type TokenRecord } from '../tokens/model.ts';
import type { Inherited, MadeTokenOrder } from './made-token.ts';
import type { Refused } from './model.ts';
import { servicePrincipal } from './service-accounts.ts';

/**
 * Which tokens somebody may make over the API, and for how long. Pure. Nobody may come out of it with more than they
 * had: not with another's name, and not with a longer life, unless they administer the organization anyway.
 */

export interface TokenWish {
  readonly organization: string;
  /** Whom it is to speak as. */
  readonly target: Exclude<Target, { readonly type: 'runner' }> | ServiceTarget;
  readonly name?: string;
  readonly description?: string | null | undefined;
  /** Epoch seconds; 0, `null` and absent: never. */
  readonly expires?: number | null | undefined;
}

interface ServiceTarget {
  readonly type: 'service';
  /** Name of the service account. */
  readonly service: string;
}

const PREFIXES = {
  organization: 'cso',
  team: 'cst',
  personal: 'csp',
  service: 'csv',
} as const satisfies Record<TokenWish['target']['type'], TokenPrefix>;

/** Two years, however they are counted: a pair with a leap year in it has 731 days. */
const MAX_LIFE = 731 * 86_400;

/** `now` in epoch milliseconds. */
export function orderToken(
  snapshot: Snapshot,
  maker: Caller,
  wish: TokenWish,
  now: number,
): Result<MadeTokenOrder, Refused> {
  const { organization, target, name, description } = wish;
  const role = roleIn(snapshot, maker.principal, organization);
  const { directory } = snapshot.organizations.get(organization) ?? {};
  if (role === undefined || !mayMake(snapshot, maker, role, wish)) return err(FORBIDDEN);
  const speaker = directory && speakerOf(target, directory);
  if (!speaker) return err({ kind: 'absent', message: `No such ${NAMES[target.type]}.` });
  if (speaker === 'disabled') return err({ kind: 'invalid', message: 'The service account is disabled.' });
  const life = lifeOf(maker, role, wish.expires, Math.floor(now / 1000));
  if (!life.ok) return life;
  return ok({
    prefix: PREFIXES[target.type],
    ...speaker,
    organization,
    ...(name === undefined ? {} : { name }),
    description: description ?? '',
    createdBy: principalId(maker.principal),
    now,
    ...life.value,
  });
}

const NAMES = {
  organization: 'organization',
  team: 'team',
  personal: 'personal',
  service: 'service account',
} as const;

/** Whom the token speaks as, and what it says besides. */
function speakerOf(
  target: TokenWish['target'],
  directory: OrganizationDirectory,
): Pick<MadeTokenOrder, 'principal' | 'claims'> | 'disabled' | undefined {
  if (target.type !== 'service') {
    const principal = principalOf(target, directory);
    return principal && { principal };
  }
  const account = directory.serviceAccounts.get(target.service);
  if (account?.disabled === true) return 'disabled';
  const place = { organization: directory.organization, name: target.service };
  return account && { principal: servicePrincipal(place), claims: account.claims };
}

const FORBIDDEN: Refused = { kind: 'forbidden', message: 'The caller may not do this.' };

function mayMake(
  snapshot: Snapshot,
  { principal }: Caller,
  role: Role,
  { organization, target }: TokenWish,
): boolean {
  const administers = role === 'S' || role === 'A';
  switch (target.type) {
    case 'organization':
    case 'service':
      return administers;
    case 'team':
      return administers || looksAfterTeam(snapshot, principal, organization, target.team);
    // A person's own, and nobody else's: also an administrator cannot make themselves another.
    case 'personal':
      return principal.kind === 'user' && memberOf(snapshot, principal)?.login === target.login;
  }
}

type Life = Pick<MadeTokenOrder, 'expiresAt' | 'inherited'>;

/**
 * A token of an hour, of a job say, that made itself one for ever would have undone the policy that allowed it the hour.
 * Whoever administers the organization could change the policy, and a person who has signed in has proved themselves.
 */
function lifeOf(
  { token }: Caller,
  role: Role,
  expires: TokenWish['expires'],
  now: number,
): Result<Life, Refused> {
  const ends = expires !== undefined && expires !== null && expires !== 0;
  if (ends && expires <= now) return invalid('expected a time in the future');
  if (ends && expires > now + MAX_LIFE) return invalid('expected a time at most two years ahead');
  const expiresAt = ends ? expires : NEVER_EXPIRES;
  if (token === undefined || role === 'S' || role === 'A' || token.prefix === 'css') return ok({ expiresAt });
  if (expiresAt > token.expiresAt) {
    const until = new Date(token.expiresAt * 1000).toISOString().replace('.000Z', 'Z');
    return invalid(
      `expected at most ${token.expiresAt} (${until}), when the token ends that this one is made with`,
    );
  }
  return ok({ expiresAt, inherited: inheritedFrom(token) });
}

function inheritedFrom({ issuer, subject, claims, policies, issuedAt }: TokenRecord): Inherited {
  return { issuer, subject, claims, policies, issuedAt };
}

function invalid(message: string): Result<never, Refused> {
  return err({ kind: 'invalid', message: `expires: ${message}` });
}
