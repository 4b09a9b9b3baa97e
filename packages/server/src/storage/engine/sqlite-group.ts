import type { UnitOutcome } from '../group-commit.ts';
import type { Unit } from '../port.ts';
import type { Connection } from './sqlite-connection.ts';
import { sqliteCode } from './sqlite-file.ts';

/**
 * One group, one transaction. The common case is that every unit fits: they run one after the other and are committed
 * together. When one does not, the transaction is undone and run again with a savepoint around each unit, still with
 * one commit: a conflict (a replayed token, say) must not cost a whole group one disk write per unit.
 */
export interface GroupOutcome {
  readonly outcomes: readonly UnitOutcome[];
  /** Messages of the units that failed by an error, a few of them, for the log. */
  readonly faults: readonly string[];
}

/** Messages kept of one group. */
export const FAULT_LIMIT = 8;

const SQLITE_CONSTRAINT = 19;

/** Throws when the group as a whole failed; then nothing of it is committed. */
export function commitGroup(connection: Connection, units: readonly Unit[]): GroupOutcome {
  if (commitTogether(connection, units)) {
    return { outcomes: units.map(() => 'committed' as const), faults: [] };
  }
  return commitApart(connection, units);
}

/** False when a unit did not fit or the commit failed; then nothing has happened. */
function commitTogether(connection: Connection, units: readonly Unit[]): boolean {
  try {
    connection.exec('BEGIN IMMEDIATE');
    const fits = units.every((unit) => runUnit(connection, unit));
    if (fits) connection.exec('COMMIT');
    else connection.exec('ROLLBACK');
    return fits;
  } catch {
    // What it was comes out of the second run, and with it whose fault it was.
    undo(connection);
    return false;
  }
}

function commitApart(connection: Connection, units: readonly Unit[]): GroupOutcome {
  const faults: string[] = [];
  try {
    connection.exec('BEGIN IMMEDIATE');
    const outcomes = units.map((unit) => runInSavepoint(connection, unit, faults));
    connection.exec('COMMIT');
    return { outcomes, faults };
  } catch (error) {
    undo(connection);
    throw error;
  }
}

function runInSavepoint(connection: Connection, unit: Unit, faults: string[]): UnitOutcome {
  connection.exec('SAVEPOINT unit');
  try {
    if (runUnit(connection, unit)) {
      connection.exec('RELEASE unit');
      return 'committed';
    }
  } catch (error) {
    // A full disk may undo the whole transaction, the earlier units with it: then nobody may be told "committed".
    if (!connection.isTransaction()) throw error;
    if (sqliteCode(error) !== SQLITE_CONSTRAINT) {
      if (faults.length < FAULT_LIMIT) faults.push(error instanceof Error ? error.message : String(error));
      undoUnit(connection);
      return 'unavailable';
    }
  }
  undoUnit(connection);
  return 'conflict';
}

/** False when a statement did not change the rows that it had to. */
function runUnit(connection: Connection, unit: Unit): boolean {
  return unit.every((statement) => {
    const changed = connection.run(statement);
    return statement.changes === undefined || statement.changes === changed;
  });
}

function undoUnit(connection: Connection): void {
  connection.exec('ROLLBACK TO unit');
  connection.exec('RELEASE unit');
}

function undo(connection: Connection): void {
  if (connection.isTransaction()) connection.exec('ROLLBACK');
}
