import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Chain, createChain, GENESIS, linkHash } from '../chain.ts';
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
  let chain: Chain;

  beforeEach(() => {
    database = new DatabaseSync(':memory:');
    database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)');
    database.exec('CREATE TABLE l (id INTEGER PRIMARY KEY, writer TEXT, n INTEGER, prev TEXT, hash TEXT)');
    const real = createConnection(database);
    executed = [];
    chain = createChain('wrt_test');
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
    const { outcomes } = commitGroup(connection, chain, [[insert(1)], [insert(2), insert(3)]]);
    expect(outcomes).toEqual(['committed', 'committed']);
    expect(executed).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
    expect(ids()).toEqual([1, 2, 3]);
  });

  it('commits once, with savepoints, when a unit does not fit', () => {
    const group: Unit[] = [[insert(1)], [insert(2), { ...insert(3), changes: 2 }], [insert(4)]];
    expect(commitGroup(connection, chain, group).outcomes).toEqual(['committed', 'conflict', 'committed']);
    expect(executed.filter((sql) => sql === 'COMMIT')).toHaveLength(1);
    expect(ids()).toEqual([1, 4]);
  });

  it('tells a conflict from a fault, and reports the fault', () => {
    const outcome = commitGroup(connection, chain, [[insert(1)], [insert(1)], broken]);
    expect(outcome.outcomes).toEqual(['committed', 'conflict', 'unavailable']);
    expect(outcome.faults).toEqual(['no such table: no_such_table']);
  });

  it('reports at most eight faults of a group', () => {
    const outcome = commitGroup(
      connection,
      chain,
      Array.from({ length: FAULT_LIMIT + 1 }, () => broken),
    );
    expect(outcome.outcomes).toHaveLength(9);
    expect(outcome.faults).toHaveLength(8);
  });

  it('fails as a whole when a full disk has undone it, so that only the culprit fails when each goes alone', async () => {
    database.exec('PRAGMA max_page_count = 10');
    const units = [[insert(1)], [insert(2), insert(3, 'x'.repeat(100_000))], [insert(4)]];
    expect(() => commitGroup(connection, chain, units)).toThrow('database or disk is full');
    expect(ids()).toEqual([]);
    const groups = createGroupCommit({
      commit: async (group) => commitGroup(connection, chain, group).outcomes,
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
    expect(() => commitGroup(undoing, chain, [[insert(1)], [insert(2)]])).toThrow('disk I/O error');
    expect(ids()).toEqual([]);
    expect(commitGroup(connection, chain, [[insert(5)]]).outcomes).toEqual(['committed']);
  });

  it('throws when the commit itself fails, with nothing written and the connection usable', () => {
    const failing: Connection = {
      ...connection,
      exec: (sql) => {
        if (sql === 'COMMIT') throw new Error('disk I/O error');
        connection.exec(sql);
      },
    };
    expect(() => commitGroup(failing, chain, [[insert(1)]])).toThrow('disk I/O error');
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

  describe('with links', () => {
    const digest = (id: number) => Buffer.alloc(32, id).toString('base64url');
    const link = (id: number): Statement => ({
      sql: 'INSERT INTO l (id, writer, n, prev, hash) VALUES (?, ?, ?, ?, ?)',
      parameters: [id],
      link: digest(id),
    });
    const links = () => database.prepare('SELECT * FROM l ORDER BY n').all();
    /** What the rows must be when these were committed, in this order. */
    const chainOf = (...committed: number[]) => {
      let hash = GENESIS;
      return committed.map((id, at) => {
        const prev = hash;
        hash = linkHash(hash, 'wrt_test', at + 1, digest(id));
        return { id, writer: 'wrt_test', n: at + 1, prev, hash };
      });
    };

    it('chains them in the order of the commits, over groups', () => {
      commitGroup(connection, chain, [[link(5)], [insert(1), link(3)]]);
      commitGroup(connection, chain, [[link(9)]]);
      expect(links()).toEqual(chainOf(5, 3, 9));
    });

    it('leaves no hole where a unit was undone, whether it did not fit or failed', () => {
      const conflict: Unit = [link(2), { ...insert(2), changes: 2 }];
      const fault: Unit = [link(4), ...broken];
      const taken: Unit = [link(1), link(1)];
      const group = [[link(1)], conflict, [link(3)], fault, taken, [link(5)]];
      expect(commitGroup(connection, chain, group).outcomes).toEqual([
        'committed',
        'conflict',
        'committed',
        'unavailable',
        'conflict',
        'committed',
      ]);
      commitGroup(connection, chain, [[link(6)]]);
      expect(links()).toEqual(chainOf(1, 3, 5, 6));
    });

    it('goes back when the whole group is undone', () => {
      commitGroup(connection, chain, [[link(1)]]);
      const failing: Connection = {
        ...connection,
        exec: (sql) => {
          if (sql === 'COMMIT') throw new Error('disk I/O error');
          connection.exec(sql);
        },
      };
      expect(() => commitGroup(failing, chain, [[link(2)], [link(3)]])).toThrow('disk I/O error');
      expect(chain.head().n).toBe(1);
      commitGroup(connection, chain, [[link(4)]]);
      expect(links()).toEqual(chainOf(1, 4));
    });

    it('are chained without a hole, whichever units of whichever groups are undone', () => {
      const kinds = fc.constantFrom('good', 'conflict', 'fault');
      const groups = fc.array(fc.array(kinds, { minLength: 1, maxLength: 5 }), { maxLength: 6 });
      fc.assert(
        fc.property(groups, fc.integer({ min: 0, max: 6 }), (drawn, failingAt) => {
          database.exec('DELETE FROM l');
          chain = createChain('wrt_test');
          const committed: number[] = [];
          let next = 1;
          for (const [at, group] of drawn.entries()) {
            const numbered = group.map((kind) => ({ kind, id: next++ }));
            const units = numbered.map(({ kind, id }): Unit => {
              if (kind === 'good') return [link(id)];
              return kind === 'fault' ? [link(id), ...broken] : [link(id), { ...link(id) }];
            });
            const exec = (sql: string) => {
              if (at === failingAt && sql === 'COMMIT') throw new Error('disk I/O error');
              connection.exec(sql);
            };
            try {
              commitGroup({ ...connection, exec }, chain, units);
              committed.push(...numbered.filter(({ kind }) => kind === 'good').map(({ id }) => id));
            } catch {
              expect(at).toBe(failingAt);
            }
          }
          expect(links()).toEqual(chainOf(...committed));
        }),
        { numRuns: 60 },
      );
    });
  });
});
