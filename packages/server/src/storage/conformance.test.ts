import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { err, ok } from '@countersign/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from './engine/sqlite.ts';
import type { Database, Row, Statement, Unit } from './port.ts';

/**
 * What every engine must do, whatever it is made of. Another engine is one more line in ENGINES.
 */
interface Engine {
  readonly name: string;
  /** Whether what was written is there after closing and opening again. */
  readonly durable: boolean;
  /** Opens the database that belongs to this folder. */
  open(folder: string): Promise<Database>;
}

const sqlite = async (path: string): Promise<Database> => {
  const opened = await openSqlite({ path });
  if (!opened.ok) throw new Error(`could not open: ${opened.error.kind}`);
  return opened.value;
};

const ENGINES: readonly Engine[] = [
  { name: 'SQLite file', durable: true, open: (folder) => sqlite(join(folder, 'test.db')) },
  { name: 'SQLite in memory', durable: false, open: () => sqlite(':memory:') },
];

const insert = (hash: string, document = '{}'): Statement => ({
  sql: 'INSERT INTO policy_set (hash, document, created_at) VALUES (?, ?, ?)',
  parameters: [hash, document, 1_800_000_000],
});

/** A mark: the second of the same name changes no row. */
const mark = (hash: string): Statement => ({
  sql: 'INSERT INTO policy_set (hash, document, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  parameters: [hash, '{}', 1_800_000_000],
  changes: 1,
});

describe.each(ENGINES)('$name', (engine) => {
  let folder: string;
  let database: Database;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'conformance-'));
    database = await engine.open(folder);
  });
  afterEach(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });

  const rows = async (sql: string, ...parameters: Statement['parameters']): Promise<readonly Row[]> => {
    const result = await database.read({ sql, parameters });
    if (!result.ok) throw new Error('the read failed');
    return result.value;
  };
  const hashes = async (): Promise<readonly unknown[]> =>
    (await rows('SELECT hash FROM policy_set ORDER BY hash')).map((row) => row['hash']);

  it('reads what was written, with the types it was written in', async () => {
    const key: Statement = {
      sql: 'INSERT INTO key (ring, kid, state, sealed, public_jwk, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      parameters: ['assertion', 'k1', 'active', 'ünsealed 🔑', null, 4_102_444_800_123],
    };
    expect(await database.write([key])).toEqual(ok(undefined));
    expect(await rows('SELECT * FROM key WHERE ring = ? AND kid = ?', 'assertion', 'k1')).toEqual([
      {
        ring: 'assertion',
        kid: 'k1',
        state: 'active',
        sealed: 'ünsealed 🔑',
        public_jwk: null,
        created_at: 4_102_444_800_123,
        activated_at: null,
        retired_at: null,
      },
    ]);
  });

  it('has every write that was answered in a read that begins afterwards', async () => {
    for (let at = 0; at < 20; at += 1) {
      await database.write([insert(`h${String(at).padStart(2, '0')}`)]);
      expect(await hashes()).toHaveLength(at + 1);
    }
  });

  it('undoes the whole unit when a row count is not met', async () => {
    await database.write([mark('used')]);
    expect(await database.write([insert('before'), mark('used'), insert('after')])).toEqual(err('conflict'));
    expect(await hashes()).toEqual(['used']);
  });

  it('takes a violated key as a conflict', async () => {
    await database.write([insert('taken')]);
    expect(await database.write([insert('other'), insert('taken')])).toEqual(err('conflict'));
    expect(await hashes()).toEqual(['taken']);
  });

  it('takes a statement that cannot run as unavailable, and writes nothing of its unit', async () => {
    const broken: Statement = { sql: 'INSERT INTO no_such_table (a) VALUES (?)', parameters: [1] };
    expect(await database.write([insert('a'), broken])).toEqual(err('unavailable'));
    expect(await hashes()).toEqual([]);
  });

  it('lets only the culprits of a group fail', async () => {
    await database.write([mark('used')]);
    const broken: Unit = [{ sql: 'INSERT INTO no_such_table (a) VALUES (?)', parameters: [1] }];
    const group = [[insert('a')], [insert('x'), mark('used')], [insert('b')], broken, [insert('c')]];
    const answers = await Promise.all(group.map((unit) => database.write(unit)));
    const good = ok(undefined);
    expect(answers).toEqual([good, err('conflict'), good, err('unavailable'), good]);
    expect(await hashes()).toEqual(['a', 'b', 'c', 'used']);
  });

  it('gives one of two equal marks that arrive together, never both', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => database.write([mark('once')])));
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
    expect(answers.filter((answer) => !answer.ok && answer.error === 'conflict')).toHaveLength(7);
  });

  it('applies writes in the order in which they came', async () => {
    const set = (document: string): Statement => ({
      sql: 'INSERT INTO policy_set (hash, document, created_at) VALUES (?, ?, ?) ON CONFLICT (hash) DO UPDATE SET document = document || excluded.document',
      parameters: ['list', document, 1],
    });
    await Promise.all(Array.from({ length: 50 }, (_, at) => database.write([set(`${at},`)])));
    const expected = Array.from({ length: 50 }, (_, at) => `${at},`).join('');
    expect(await rows('SELECT document FROM policy_set')).toEqual([{ document: expected }]);
  });

  it('takes 1,000 writes at once and keeps every one', async () => {
    const names = Array.from({ length: 1000 }, (_, at) => `h${String(at).padStart(4, '0')}`);
    const answers = await Promise.all(names.map((name) => database.write([insert(name)])));
    expect(answers.every((answer) => answer.ok)).toBe(true);
    expect(await hashes()).toEqual(names);
  });

  it('keeps documents of several megabytes', async () => {
    const document = JSON.stringify({ text: 'ß'.repeat(2 ** 21) });
    expect(await database.write([insert('big', document)])).toEqual(ok(undefined));
    const found = await rows('SELECT document FROM policy_set WHERE hash = ?', 'big');
    // Compared as a boolean: printing the difference of megabytes helps nobody.
    expect(found[0]?.['document'] === document).toBe(true);
  });

  it('takes an empty unit as written', async () => {
    expect(await database.write([])).toEqual(ok(undefined));
  });

  it('answers a read that cannot run as unavailable, and goes on', async () => {
    expect(await database.read({ sql: 'SELECT * FROM no_such_table', parameters: [] })).toEqual(
      err('unavailable'),
    );
    expect(await hashes()).toEqual([]);
  });

  it('writes nothing through a read', async () => {
    await database.read(insert('sneaked in'));
    expect(await hashes()).toEqual([]);
    expect(await database.write([insert('a')])).toEqual(ok(undefined));
    expect(await hashes()).toEqual(['a']);
  });

  it('is not silent while it works', async () => {
    await database.write([insert('a')]);
    await hashes();
    expect(database.silentFor()).toBe(0);
  });

  it('finishes what is queued when it closes, and refuses what comes later', async () => {
    const answers = Array.from({ length: 100 }, (_, at) => database.write([insert(`h${at}`)]));
    const closed = database.close();
    expect(await database.write([insert('later')])).toEqual(err('unavailable'));
    expect((await Promise.all(answers)).every((answer) => answer.ok)).toBe(true);
    await closed;
    await database.close();
    expect(await database.read({ sql: 'SELECT 1 AS one', parameters: [] })).toEqual(err('unavailable'));
  });

  it('has everything that was answered after it is opened again, or nothing at all in memory', async () => {
    const names = Array.from({ length: 100 }, (_, at) => `h${String(at).padStart(2, '0')}`);
    await Promise.all(names.map((name) => database.write([insert(name)])));
    await database.close();
    database = await engine.open(folder);
    expect(await hashes()).toEqual(engine.durable ? names : []);
  });
});
