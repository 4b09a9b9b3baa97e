import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { createGroupCommit } from '../group-commit.ts';
import type { Statement, Unit } from '../port.ts';
import { type Connection, createConnection, PREPARED_LIMIT } from './sqlite-connection.ts';
import { commitGroup, FAULT_LIMIT } from './sqlite-group.ts';

const insert = (id: number, body = ''): Statement => ({
  sql: 'INSERT INTO t (id, body) VALUES (?, ?)',
  parameters: [id, body],
});
const broken: Unit = [{ sql: 'INSERT INTO no_such_table VALUES (?)', parameters: [1] }];

describe('one group', () => {
  let database: DatabaseSync;
  let connection: Connection;
  let executed: string[];

  beforeEach(() => {
    database = new DatabaseSync(':memory:');
    database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)');
    const real = createConnection(database);
    executed = [];
    connection = {
      ...real,
      exec: (sql) => {
        executed.push(sql);
        real.exec(sql);
      },
    };
  });

  const ids = () =>
    database
      .prepare('SELECT id FROM t ORDER BY id')
      .all()
      .map((row) => row['id']);

  it('is one transaction without savepoints when every unit fits', () => {
    const { outcomes } = commitGroup(connection, [[insert(1)], [insert(2), insert(3)]]);
    expect(outcomes).toEqual(['committed', 'committed']);
    expect(executed).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
    expect(ids()).toEqual([1, 2, 3]);
  });

  it('commits once, with savepoints, when a unit does not fit', () => {
    const group: Unit[] = [[insert(1)], [insert(2), { ...insert(3), changes: 2 }], [insert(4)]];
    expect(commitGroup(connection, group).outcomes).toEqual(['committed', 'conflict', 'committed']);
    expect(executed.filter((sql) => sql === 'COMMIT')).toHaveLength(1);
    expect(ids()).toEqual([1, 4]);
  });

  it('tells a conflict from a fault, and reports the fault', () => {
    const outcome = commitGroup(connection, [[insert(1)], [insert(1)], broken]);
    expect(outcome.outcomes).toEqual(['committed', 'conflict', 'unavailable']);
    expect(outcome.faults).toEqual(['no such table: no_such_table']);
  });

  it('reports at most eight faults of a group', () => {
    const outcome = commitGroup(
      connection,
      Array.from({ length: FAULT_LIMIT + 1 }, () => broken),
    );
    expect(outcome.outcomes).toHaveLength(9);
    expect(outcome.faults).toHaveLength(8);
  });

  it('fails as a whole when a full disk has undone it, so that only the culprit fails when each goes alone', async () => {
    database.exec('PRAGMA max_page_count = 10');
    const units = [[insert(1)], [insert(2), insert(3, 'x'.repeat(100_000))], [insert(4)]];
    expect(() => commitGroup(connection, units)).toThrow('database or disk is full');
    expect(ids()).toEqual([]);
    const groups = createGroupCommit({
      commit: async (group) => commitGroup(connection, group).outcomes,
      now: () => 0,
    });
    const answers = await Promise.all([[insert(0)], ...units].map((unit) => groups.write(unit)));
    expect(answers.map((answer) => answer.ok)).toEqual([true, true, false, true]);
    expect(ids()).toEqual([0, 1, 4]);
  });

  it('says committed of nothing when an error has undone the transaction', () => {
    const undoing: Connection = {
      ...connection,
      run: (statement) => {
        if (statement.parameters[0] !== 2) return connection.run(statement);
        database.exec('ROLLBACK');
        throw new Error('disk I/O error');
      },
    };
    expect(() => commitGroup(undoing, [[insert(1)], [insert(2)]])).toThrow('disk I/O error');
    expect(ids()).toEqual([]);
    expect(commitGroup(connection, [[insert(5)]]).outcomes).toEqual(['committed']);
  });

  it('throws when the commit itself fails, with nothing written and the connection usable', () => {
    const failing: Connection = {
      ...connection,
      exec: (sql) => {
        if (sql === 'COMMIT') throw new Error('disk I/O error');
        connection.exec(sql);
      },
    };
    expect(() => commitGroup(failing, [[insert(1)]])).toThrow('disk I/O error');
    expect(connection.isTransaction()).toBe(false);
    expect(ids()).toEqual([]);
  });

  it('keeps 256 prepared statements and works beyond that', () => {
    let prepared = 0;
    const counted = Object.create(database, {
      prepare: {
        value: (sql: string) => {
          prepared += 1;
          return database.prepare(sql);
        },
      },
    }) as DatabaseSync;
    const cached = createConnection(counted);
    const ask = (at: number) => cached.all({ sql: `SELECT ${at} AS n`, parameters: [] })[0]?.['n'];
    for (let at = 0; at < PREPARED_LIMIT; at += 1) ask(at);
    expect(ask(0)).toBe(0);
    expect(prepared).toBe(256);
    expect(ask(256)).toBe(256);
    expect(ask(0)).toBe(0);
    expect(prepared).toBe(258);
  });
});
