import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NEWEST_SCHEMA } from '../migrations/index.ts';
import { openRole } from './sqlite-open.ts';

describe('opening a database', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sqlite-open-'));
    path = join(folder, 'a.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = () => openRole({ role: 'writer', path, lockWait: 0 });
  const read = () => openRole({ role: 'reader', path });

  /** Opens, looks and closes; what it gives is a failure or what `look` saw. */
  async function openAnd(opening: ReturnType<typeof openRole>, sql?: string) {
    const opened = await opening;
    if ('failure' in opened) return opened.failure;
    try {
      return sql === undefined ? opened.copy : opened.connection.all({ sql, parameters: [] });
    } finally {
      opened.close();
    }
  }

  /** Changes the file as something else than this program would. */
  function meddle(sql: string) {
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
  }

  const pragma = (name: string) => openAnd(write(), `PRAGMA ${name}`);

  it('makes it with the newest schema, and copies nothing when there was nothing', async () => {
    expect(await openAnd(write())).toBeUndefined();
    expect(await pragma('user_version')).toEqual([{ user_version: NEWEST_SCHEMA }]);
    expect(existsSync(`${path}.before-0001`)).toBe(false);
  });

  it('writes through a log and waits for the disk', async () => {
    expect(await pragma('journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await pragma('synchronous')).toEqual([{ synchronous: 2 }]);
    expect(await pragma('foreign_keys')).toEqual([{ foreign_keys: 1 }]);
    expect(await pragma('wal_autocheckpoint')).toEqual([{ wal_autocheckpoint: 4000 }]);
    expect(await pragma('busy_timeout')).toEqual([{ timeout: 5000 }]);
  });

  it('leaves the log readable by its owner alone', async () => {
    const opened = await write();
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
    if ('close' in opened) opened.close();
  });

  it('refuses a newer schema, and changes nothing', async () => {
    await openAnd(write());
    meddle(`PRAGMA user_version = ${NEWEST_SCHEMA + 1}`);
    const before = readFileSync(path);
    const failure = { kind: 'newer_schema', found: NEWEST_SCHEMA + 1, known: NEWEST_SCHEMA };
    expect(await openAnd(write())).toEqual(failure);
    expect(await openAnd(read())).toEqual(failure);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses the database of something else, and changes nothing', async () => {
    meddle('CREATE TABLE theirs (a)');
    const before = readFileSync(path);
    expect(await openAnd(write())).toEqual({ kind: 'not_a_database' });
    expect(await openAnd(read())).toEqual({ kind: 'not_a_database' });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses a file that is no database, and changes nothing', async () => {
    writeFileSync(path, 'listen: 127.0.0.1:8000\n'.repeat(100));
    const before = readFileSync(path);
    expect(await openAnd(write())).toEqual({ kind: 'not_a_database' });
    expect(await openAnd(read())).toEqual({ kind: 'not_a_database' });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('gives the file free again when it has refused it', async () => {
    meddle('CREATE TABLE theirs (a)');
    await openAnd(write());
    meddle('DROP TABLE theirs');
    expect(await openAnd(write())).toBeUndefined();
  });

  it('says what is wrong with a path that cannot be opened', async () => {
    path = join(folder, 'absent', 'a.db');
    expect(await openAnd(write())).toEqual({ kind: 'unusable', message: expect.stringContaining('ENOENT') });
    expect(await openAnd(read())).toEqual({ kind: 'unusable', message: 'there is no such file' });
  });

  it('makes nothing for a reader', async () => {
    expect(await openAnd(read())).toMatchObject({ kind: 'unusable' });
    expect(existsSync(path)).toBe(false);
    writeFileSync(path, '');
    expect(await openAnd(read())).toMatchObject({
      kind: 'unusable',
      message: expect.stringContaining('empty'),
    });
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('copies an older database before it migrates it, readable by its owner alone', async () => {
    await openAnd(write());
    meddle("INSERT INTO policy_set VALUES ('h', '{}', 1, 1); PRAGMA user_version = 0");
    expect(await openAnd(read())).toMatchObject({
      kind: 'unusable',
      message: expect.stringContaining('schema 0'),
    });
    const copy = `${path}.before-${String(NEWEST_SCHEMA).padStart(4, '0')}`;
    writeFileSync(copy, 'left by an attempt that failed');
    expect(await openAnd(write())).toBe(copy);
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    const kept = new DatabaseSync(copy, { readOnly: true });
    expect(kept.prepare('SELECT hash FROM policy_set').all()).toMatchObject([{ hash: 'h' }]);
    expect(kept.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: 0 });
    kept.close();
    expect(await openAnd(write(), 'SELECT hash FROM policy_set')).toMatchObject([{ hash: 'h' }]);
  });

  it('leaves an older database as it was when the migration fails', async () => {
    await openAnd(write());
    meddle(
      "DROP TABLE token; INSERT INTO kysely_migration VALUES ('9999-unknown', '2026-01-01T00:00:00.000Z')",
    );
    meddle('PRAGMA user_version = 0');
    expect(await openAnd(write())).toMatchObject({
      kind: 'unusable',
      message: expect.stringContaining('9999'),
    });
    meddle("CREATE TABLE token (a); DELETE FROM kysely_migration WHERE name = '9999-unknown'");
    expect(await openAnd(write(), "SELECT * FROM pragma_table_info('token')")).toHaveLength(1);
  });

  it('loads kysely when there is something to migrate, and not when there is nothing', async () => {
    const script = join(folder, 'count.mjs');
    const url = new URL('./sqlite-open.ts', import.meta.url).href;
    writeFileSync(
      script,
      `import { registerHooks } from 'node:module';
       let loads = 0;
       registerHooks({ resolve(name, context, next) { if (name.startsWith('kysely')) loads += 1; return next(name, context); } });
       const { openRole } = await import(${JSON.stringify(url)});
       (await openRole({ role: 'writer', path: ${JSON.stringify(path)}, lockWait: 0 })).close();
       console.log(loads);`,
    );
    const loads = () =>
      Number(execFileSync(process.execPath, ['--conditions=source', script], { encoding: 'utf8' }));
    expect(loads()).toBeGreaterThan(0);
    expect(loads()).toBe(0);
  });
});
