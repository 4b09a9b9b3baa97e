import type { Row, Statement } from '../port.ts';
import { boundedLimit } from './list-filter.ts';
import { insertInto, parseRow, selectAll, type TableShape } from './table-shape.ts';

/** Which person of an identity provider is which member: bound by a first sign-in, taken away by administrators. */

export interface Identity {
  /** `idn_…`, and the number of the sign-in that made it. */
  readonly id: string;
  readonly organization: string;
  /** `idp_…` */
  readonly provider: string;
  readonly subject: string;
  /** `usr_…` */
  readonly user: string;
  readonly login: string;
  /** Epoch seconds. */
  readonly createdAt: number;
}

export const IDENTITY_SHAPE: TableShape<'identity'> = {
  provider: 'text',
  subject: 'text',
  organization: 'text',
  id: 'text',
  user_id: 'text',
  login: 'text',
  created_at: 'integer',
};

/** Whatever is in its way, the person or the member, changes no row: see {@link insertIdentity}. */
export const INSERT_IDENTITY = insertInto('identity', IDENTITY_SHAPE, 'on conflict do nothing');
export const DELETE_IDENTITY =
  'delete from "identity" where "organization" = ? and "user_id" = ? and "id" = ?';
export const DELETE_IDENTITIES_OF_MEMBER =
  'delete from "identity" where "organization" = ? and "user_id" = ?';
export const DELETE_IDENTITIES_OF_ORGANIZATION = 'delete from "identity" where "organization" = ?';

const OF_PERSON = `${selectAll('identity', IDENTITY_SHAPE)} where "provider" = ? and "subject" = ? order by "organization" limit ?`;
const OF_MEMBER = `${selectAll('identity', IDENTITY_SHAPE)} where "organization" = ? and "user_id" = ? order by "provider" limit ?`;
const HOLDER = `${selectAll('identity', IDENTITY_SHAPE)} where "organization" = ? and "user_id" = ? and "provider" = ?`;
const KEY = '"provider", "subject", "organization"';
const PAGE = `${selectAll('identity', IDENTITY_SHAPE)} where (${KEY}) > (?, ?, ?) order by ${KEY} limit ?`;

/** A `conflict` where the person is somebody there already, or the member is somebody else of this provider. */
export function insertIdentity(identity: Identity): Statement {
  const { user: user_id, createdAt: created_at, ...rest } = identity;
  return { ...INSERT_IDENTITY({ ...rest, user_id, created_at }), changes: 1 };
}

/** One that is not there, or is another member's, is a `conflict`. */
export function deleteIdentity({
  organization,
  user,
  id,
}: Pick<Identity, 'organization' | 'user' | 'id'>): Statement {
  return { sql: DELETE_IDENTITY, parameters: [organization, user, id], changes: 1 };
}

export function deleteIdentitiesOfMember({
  organization,
  user,
}: Pick<Identity, 'organization' | 'user'>): Statement {
  return { sql: DELETE_IDENTITIES_OF_MEMBER, parameters: [organization, user] };
}

export function deleteIdentitiesOfOrganization(organization: string): Statement {
  return { sql: DELETE_IDENTITIES_OF_ORGANIZATION, parameters: [organization] };
}

/** Whom organizations know a person of a provider as: at most one row each. */
export function identitiesOfPerson(
  { provider, subject }: Pick<Identity, 'provider' | 'subject'>,
  limit: number,
): Statement {
  return { sql: OF_PERSON, parameters: [provider, subject, boundedLimit(limit)] };
}

/** Who a member is, at most one of each provider. */
export function identitiesOfMember(
  { organization, user }: Pick<Identity, 'organization' | 'user'>,
  limit: number,
): Statement {
  return { sql: OF_MEMBER, parameters: [organization, user, boundedLimit(limit)] };
}

/** Who a member is of a provider; no row where nobody is yet. */
export function identityOfMember(organization: string, user: string, provider: string): Statement {
  return { sql: HOLDER, parameters: [organization, user, provider] };
}

/** All of them, in pages; the first page follows none. */
export function identitiesPage(after: Identity | undefined, limit: number): Statement {
  const key = after === undefined ? ['', '', ''] : [after.provider, after.subject, after.organization];
  return { sql: PAGE, parameters: [...key, boundedLimit(limit)] };
}

export function parseIdentity(row: Row): Identity {
  const {
    id,
    organization,
    provider,
    subject,
    user_id: user,
    login,
    created_at: createdAt,
  } = parseRow('identity', IDENTITY_SHAPE, row);
  return { id, organization, provider, subject, user, login, createdAt };
}
