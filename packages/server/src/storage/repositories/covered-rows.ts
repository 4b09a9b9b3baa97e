import type { Row, SqlValue, Statement, Unit } from '../port.ts';
import { DECISION_SHAPE, INSERT_DECISION } from './decisions.ts';
import { INSERT_MASS_REVOCATION } from './mass-revocations.ts';
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
  /** Revoked: hash, and when in epoch seconds. */
  readonly revoked?: readonly (readonly [hash: string, at: number])[];
  readonly massRevocations?: readonly MassRevocationKey[];
}

export type MassRevocationKey = readonly [organization: string, kind: string, value: string, before: number];

const TOKEN_COLUMNS = Object.keys(TOKEN_SHAPE);
const DECISION_COLUMNS = Object.keys(DECISION_SHAPE);
const EXPIRES_AT = TOKEN_COLUMNS.indexOf('expires_at');

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
    case REVOKE_TOKEN:
      return { ...covered, revoked: [...(covered.revoked ?? []), [text(1), number(0)]] };
    case INSERT_MASS_REVOCATION.sql: {
      const row: MassRevocationKey = [text(0), text(1), text(2), number(3)];
      return { ...covered, massRevocations: [...(covered.massRevocations ?? []), row] };
    }
    default:
      return covered;
  }
}

function valueOf(parameters: readonly SqlValue[], at: number): SqlValue {
  return parameters[at] ?? null;
}

/** The digest that the event of a stored token must hold. */
export function storedTokenDigest(row: Row): string {
  return storedDigest(TOKEN_COLUMNS, { ...row, revoked_at: null });
}

/** The digest that the event of a stored decision must hold. */
export function storedDecisionDigest(row: Row): string {
  return storedDigest(DECISION_COLUMNS, row);
}
