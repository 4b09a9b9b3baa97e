import { REVOKED_BY, type MassRevocation } from '../../tokens/model.ts';
import type { Row, Statement } from '../port.ts';
import { boundedLimit } from './list-filter.ts';
import { insertInto, parseOneOf, parseRow, selectAll, type TableShape } from './table-shape.ts';

/** Mass revocations: one row ends however many tokens. Of two about the same, the later one stands. */

const SHAPE: TableShape<'mass_revocation'> = {
  organization: 'text',
  kind: 'text',
  value: 'text',
  before: 'integer',
  created_at: 'integer',
};

/** The larger `before` stays: a revocation that comes late must not give tokens back. */
const LATER = `on conflict ("organization", "kind", "value") do update set "before" = excluded."before", "created_at" = excluded."created_at" where excluded."before" > "mass_revocation"."before"`;

export const INSERT_MASS_REVOCATION = insertInto('mass_revocation', SHAPE, LATER);

const KEY = '"organization", "kind", "value"';
const PAGE = `${selectAll('mass_revocation', SHAPE)} where (${KEY}) > (?, ?, ?) order by ${KEY} limit ?`;
const FIND = `${selectAll('mass_revocation', SHAPE)} where "organization" = ? and "kind" = ? and "value" = ?`;

/** `at` in epoch seconds. */
export function insertMassRevocation(revocation: MassRevocation, at: number): Statement {
  const { organization, by, value, before } = revocation;
  return INSERT_MASS_REVOCATION({ organization, kind: by, value, before, created_at: at });
}

/** All of them, in pages; the first page follows none. */
export function massRevocationsPage(after: MassRevocation | undefined, limit: number): Statement {
  const key = after === undefined ? ['', '', ''] : [after.organization, after.by, after.value];
  return { sql: PAGE, parameters: [...key, boundedLimit(limit)] };
}

export function findMassRevocation(organization: string, kind: string, value: string): Statement {
  return { sql: FIND, parameters: [organization, kind, value] };
}

/** Reads a row back; throws when it is not one of ours. */
export function parseMassRevocation(row: Row): MassRevocation {
  const { organization, kind, value, before } = parseRow('mass_revocation', SHAPE, row);
  return { organization, by: parseOneOf('mass_revocation.kind', REVOKED_BY, kind), value, before };
}
