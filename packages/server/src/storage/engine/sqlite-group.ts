import type { UnitOutcome } from '../group-commit.ts';
import type { Chain, Head } from '../chain.ts';
import type { Statement, Unit } from '../port.ts';
import type { Connection } from './sqlite-connection.ts';
import { sqliteCode } from './sqlite-file.ts';

/**
 * One group, one transaction. The common case is that every unit fits: they run one after the other and are committed
 * together. When one does not, the transaction is undone and run again with a savepoint around each unit, still with
 * one commit: a conflict (a replayed token, say) must not cost a whole group one disk write per unit.
 * The audit chain goes back with whatever is undone: a link stands only when its row does.
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
export function commitGroup(connection: Connection, chain: Chain, units: readonly Unit[]): GroupOutcome {
  if (commitTogether(connection, chain, units)) {
    return { outcomes: units.map(() => 'committed' as const), faults: [] };
  }
  return commitApart(connection, chain, units);
}

/** False when a unit did not fit or the commit failed; then nothing has happened. */
function commitTogether(connection: Connection, chain: Chain, units: readonly Unit[]): boolean {
  const before = chain.head();
  try {
    connection.exec('BEGIN IMMEDIATE');
    if (units.every((unit) => runUnit(connection, chain, unit))) {
      connection.exec('COMMIT');
      return true;
    }
  } catch {
    // What it was comes out of the second run, and with it whose fault it was.
  }
  chain.reset(before);
  undo(connection);
  return false;
}

function commitApart(connection: Connection, chain: Chain, units: readonly Unit[]): GroupOutcome {
  const before = chain.head();
  const faults: string[] = [];
  try {
    connection.exec('BEGIN IMMEDIATE');
    const outcomes = units.map((unit) => runInSavepoint(connection, chain, unit, faults));
    connection.exec('COMMIT');
    return { outcomes, faults };
  } catch (error) {
    chain.reset(before);
    undo(connection);
    throw error;
  }
}

function runInSavepoint(connection: Connection, chain: Chain, unit: Unit, faults: string[]): UnitOutcome {
  const before = chain.head();
  connection.exec('SAVEPOINT unit');
  try {
    if (runUnit(connection, chain, unit)) {
      connection.exec('RELEASE unit');
      return 'committed';
    }
  } catch (error) {
    // A full disk may undo the whole transaction, the earlier units with it: then nobody may be told "committed".
    if (!connection.isTransaction()) throw error;
    if (sqliteCode(error) !== SQLITE_CONSTRAINT) {
      if (faults.length < FAULT_LIMIT) faults.push(error instanceof Error ? error.message : String(error));
      undoUnit(connection, chain, before);
      return 'unavailable';
    }
  }
  undoUnit(connection, chain, before);
  return 'conflict';
}

/** False when a statement did not change the rows that it had to. */
function runUnit(connection: Connection, chain: Chain, unit: Unit): boolean {
  return unit.every((statement) => {
    const changed = connection.run(linked(chain, statement));
    return statement.changes === undefined || statement.changes === changed;
  });
}

/** The statement with its place in the chain as the last four parameters. */
function linked(chain: Chain, statement: Statement): Statement {
  if (statement.link === undefined) return statement;
  return { sql: statement.sql, parameters: [...statement.parameters, ...chain.append(statement.link)] };
}

function undoUnit(connection: Connection, chain: Chain, before: Head): void {
  chain.reset(before);
  connection.exec('ROLLBACK TO unit');
  connection.exec('RELEASE unit');
}

function undo(connection: Connection): void {
  if (connection.isTransaction()) connection.exec('ROLLBACK');
}
