import type { Row, SqlValue, Statement, Unit } from '../port.ts';
import { REFRESH_SESSION } from './browser-sessions.ts';
import { DECISION_SHAPE, INSERT_DECISION } from './decisions.ts';
import {
  DELETE_IDENTITIES_OF_MEMBER,
  DELETE_IDENTITIES_OF_ORGANIZATION,
  DELETE_IDENTITY,
  IDENTITY_SHAPE,
  INSERT_IDENTITY,
} from './identities.ts';
import { INSERT_MADE_TOKEN, MADE_TOKEN_SHAPE } from './made-tokens.ts';
import { INSERT_MASS_REVOCATION } from './mass-revocations.ts';
import {
  DELETE_OBJECT,
  NEXT_OBJECTS_VERSION,
  OBJECT_SHAPE,
  PUT_OBJECT,
  SAME_OBJECTS_VERSION,
} from './objects.ts';
import { rowDigest, storedDigest } from './row-digest.ts';
import { INSERT_TOKEN, REVOKE_TOKEN, TOKEN_SHAPE } from './tokens.ts';

/**
 * The rows that an audit event answers for. What is written in one commit with the event is recognised by its
 * statement, so that nobody who issues or revokes can forget to have it covered.
 */
export interface CoveredRows {
  /** Issued: hash, digest of the row, expiry in epoch seconds. */
  readonly tokens?: readonly (readonly [hash: string, digest: string, expiresAt: number])[];
  readonly decisions?: readonly (readonly [id: string, digest: string])[];
  /** Names of tokens that were made over the API. */
  readonly made?: readonly (readonly [id: string, digest: string])[];
  /** Revoked: hash, and when in epoch seconds. */
  readonly revoked?: readonly (readonly [hash: string, at: number])[];
  readonly massRevocations?: readonly MassRevocationKey[];
  /** Created, changed or deleted over the API: which, and the digest of the row; null when there is none any more. */
  readonly objects?: readonly (readonly [
    organization: string,
    kind: string,
    key: string,
    digest: string | null,
  ])[];
  /** Of all objects, with this change: their order is that of these numbers. */
  readonly objectsVersion?: number;
  /** Of all objects, when this was decided that changes none. */
  readonly onObjectsVersion?: number;
  /** Bound: whose and which, and the digest of the row. */
  readonly identities?: readonly (readonly [
    organization: string,
    user: string,
    id: string,
    digest: string,
  ])[];
  /** Refreshed: which session, and the digest of what its holder is from then on. */
  readonly sessions?: readonly (readonly [id: string, digest: string])[];
  /** Taken away: one, all of a member, all of an organization. */
  readonly identitiesGone?: readonly IdentitiesGone[];
}

/** `null`: whichever. */
export type IdentitiesGone = readonly [organization: string, user: string | null, id: string | null];

export type MassRevocationKey = readonly [organization: string, kind: string, value: string, before: number];

const TOKEN_COLUMNS = Object.keys(TOKEN_SHAPE);
const DECISION_COLUMNS = Object.keys(DECISION_SHAPE);
const OBJECT_COLUMNS = Object.keys(OBJECT_SHAPE);
const MADE_COLUMNS = Object.keys(MADE_TOKEN_SHAPE);
const IDENTITY_COLUMNS = Object.keys(IDENTITY_SHAPE);
const REFRESHED_COLUMNS = ['principal', 'claims', 'refreshed_at'];
const EXCHANGE = TOKEN_COLUMNS.indexOf('exchange');
const EXPIRES_AT = TOKEN_COLUMNS.indexOf('expires_at');
const ORGANIZATION = IDENTITY_COLUMNS.indexOf('organization');
const USER = IDENTITY_COLUMNS.indexOf('user_id');
const IDENTITY = IDENTITY_COLUMNS.indexOf('id');

/** Not of the digest: it is the one column of a token that changes, and an event of its own answers for it. */
const REVOKED_AT = TOKEN_COLUMNS.indexOf('revoked_at');

/** What of a unit an event has to answer for. */
export function coveredRows(unit: Unit): CoveredRows {
  let covered: CoveredRows = {};
  for (const statement of unit) covered = withStatement(covered, statement);
  return covered;
}

function withStatement(covered: CoveredRows, { sql, parameters }: Statement): CoveredRows {
  const text = (at: number): string => String(parameters[at]);
  const number = (at: number): number => Number(parameters[at]);
  switch (sql) {
    case INSERT_TOKEN.sql: {
      const digest = rowDigest(TOKEN_COLUMNS, (at) => (at === REVOKED_AT ? null : valueOf(parameters, at)));
      const { tokens = [] } = covered;
      return { ...covered, tokens: [...tokens, [text(0), digest, number(EXPIRES_AT)]] };
    }
    case INSERT_DECISION.sql: {
      const digest = rowDigest(DECISION_COLUMNS, (at) => valueOf(parameters, at));
      return { ...covered, decisions: [...(covered.decisions ?? []), [text(0), digest]] };
    }
    case INSERT_MADE_TOKEN.sql: {
      const digest = rowDigest(MADE_COLUMNS, (at) => valueOf(parameters, at));
      return { ...covered, made: [...(covered.made ?? []), [text(0), digest]] };
    }
    case REVOKE_TOKEN:
      return { ...covered, revoked: [...(covered.revoked ?? []), [text(1), number(0)]] };
    case INSERT_MASS_REVOCATION.sql: {
      const row: MassRevocationKey = [text(0), text(1), text(2), number(3)];
      return { ...covered, massRevocations: [...(covered.massRevocations ?? []), row] };
    }
    case PUT_OBJECT.sql: {
      const digest = rowDigest(OBJECT_COLUMNS, (at) => valueOf(parameters, at));
      return { ...covered, objects: [...(covered.objects ?? []), [text(0), text(1), text(2), digest]] };
    }
    case DELETE_OBJECT:
      return { ...covered, objects: [...(covered.objects ?? []), [text(0), text(1), text(2), null]] };
    case NEXT_OBJECTS_VERSION:
      return { ...covered, objectsVersion: number(0) };
    case SAME_OBJECTS_VERSION:
      return { ...covered, onObjectsVersion: number(0) };
    default:
      return withPeople(covered, { sql, parameters });
  }
}

function withPeople(covered: CoveredRows, { sql, parameters }: Statement): CoveredRows {
  const text = (at: number): string => String(parameters[at]);
  const without = (...gone: IdentitiesGone): CoveredRows => ({
    ...covered,
    identitiesGone: [...(covered.identitiesGone ?? []), gone],
  });
  switch (sql) {
    case INSERT_IDENTITY.sql: {
      const digest = rowDigest(IDENTITY_COLUMNS, (at) => valueOf(parameters, at));
      const row = [text(ORGANIZATION), text(USER), text(IDENTITY), digest] as const;
      return { ...covered, identities: [...(covered.identities ?? []), row] };
    }
    case REFRESH_SESSION: {
      const digest = rowDigest(REFRESHED_COLUMNS, (at) => valueOf(parameters, at));
      return {
        ...covered,
        sessions: [...(covered.sessions ?? []), [text(REFRESHED_COLUMNS.length), digest]],
      };
    }
    case DELETE_IDENTITY:
      return without(text(0), text(1), text(2));
    case DELETE_IDENTITIES_OF_MEMBER:
      return without(text(0), text(1), null);
    case DELETE_IDENTITIES_OF_ORGANIZATION:
      return without(text(0), null, null);
    default:
      return covered;
  }
}

/**
 * The `dec_…` of the token that a unit issues, if it does. The event beside it has that number, and is found by it:
 * an event answers for one token.
 */
export function issuedBy(unit: Unit): string | undefined {
  const [issued, another] = unit.filter(({ sql }) => sql === INSERT_TOKEN.sql);
  if (another !== undefined) throw new Error('storage: a unit issues more than one token');
  return issued === undefined ? undefined : String(issued.parameters[EXCHANGE]);
}

function valueOf(parameters: readonly SqlValue[], at: number): SqlValue {
  return parameters[at] ?? null;
}

/** The digest that the event of a stored token must hold. */
export function storedTokenDigest(row: Row): string {
  return storedDigest(TOKEN_COLUMNS, { ...row, revoked_at: null });
}

/** The digest that the event of a stored name must hold. */
export function storedMadeTokenDigest(row: Row): string {
  return storedDigest(MADE_COLUMNS, row);
}

/** The digest that the event of a stored decision must hold. */
export function storedDecisionDigest(row: Row): string {
  return storedDigest(DECISION_COLUMNS, row);
}

/** The digest that the newest event about a stored object must hold. */
export function storedObjectDigest(row: Row): string {
  return storedDigest(OBJECT_COLUMNS, row);
}

/** The digest that the event of a stored identity must hold. */
export function storedIdentityDigest(row: Row): string {
  return storedDigest(IDENTITY_COLUMNS, row);
}

/** The digest that the newest event about a stored session must hold. */
export function storedSessionDigest(row: Row): string {
  return storedDigest(REFRESHED_COLUMNS, row);
}
