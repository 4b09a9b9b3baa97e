import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { err, ok } from '@countersign/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../port.ts';
import { openSqlite, openSqliteReadOnly } from './sqlite.ts';

const insert = (hash: string) => [
  {
    sql: 'INSERT INTO policy_set (hash, document, created_at) VALUES (?, ?, ?)',
    parameters: [hash, '{}', 1],
  },
];
const count = { sql: 'SELECT count(*) AS n FROM policy_set', parameters: [] };

describe('an SQLite file', () => {
  let folder: string;
  let path: string;
  const open: Database[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sqlite-'));
    path = join(folder, 'a.db');
  });
  afterEach(async () => {
    for (const database of open.splice(0)) await database.close();
    rmSync(folder, { recursive: true });
  });

  async function own(lockWait = 0): Promise<Database> {
    const opened = await openSqlite({ path, lockWait });
    if (!opened.ok) throw new Error(opened.error.kind);
    open.push(opened.value);
    return opened.value;
  }

  it('belongs to one owner until that one closes', async () => {
    const first = await own();
    expect(await openSqlite({ path, lockWait: 0 })).toEqual(err({ kind: 'locked' }));
    await first.close();
    await own();
  });

  it('goes to one who waits as soon as the owner closes', async () => {
    const first = await own();
    const second = own(20_000);
    await first.write(insert('a'));
    await first.close();
    expect(await (await second).read(count)).toEqual(ok([{ n: 1 }]));
  });

  it('leaves nothing but itself and its lock behind when it is closed', async () => {
    const database = await own();
    await database.write(insert('a'));
    await database.read(count);
    await database.close();
    const rest = ['', '.lock', '-wal', '-shm'].map((suffix) => existsSync(`${path}${suffix}`));
    expect(rest).toEqual([true, true, false, false]);
  });

  it('can be looked at by a tool while it is owned, and sees what is written meanwhile', async () => {
    const database = await own();
    await database.write(insert('a'));
    const tool = await openSqliteReadOnly(path);
    if (!tool.ok) throw new Error(tool.error.kind);
    expect(await tool.value.read(count)).toEqual(ok([{ n: 1 }]));
    await database.write(insert('b'));
    expect(await tool.value.read(count)).toEqual(ok([{ n: 2 }]));
    await tool.value.close();
  });

  it('can be looked at when nobody owns it', async () => {
    await (await own()).close();
    const tool = await openSqliteReadOnly(path);
    if (!tool.ok) throw new Error(tool.error.kind);
    expect(await tool.value.read(count)).toEqual(ok([{ n: 0 }]));
    await tool.value.close();
    expect(await tool.value.read(count)).toEqual(err('unavailable'));
  });

  it('can be closed by a tool that has not looked', async () => {
    await (await own()).close();
    const tool = await openSqliteReadOnly(path);
    if (!tool.ok) throw new Error(tool.error.kind);
    await expect(tool.value.close()).resolves.toBeUndefined();
  });

  it('is not made by a tool', async () => {
    expect(await openSqliteReadOnly(path)).toEqual(
      err({ kind: 'unusable', message: 'there is no such file' }),
    );
    expect(existsSync(path)).toBe(false);
  });

  it('takes a name that looks like a URI for a name', async () => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      path = 'file:a.db?mode=memory';
      await (await own()).close();
      expect(existsSync(join(folder, path))).toBe(true);
      const tool = await openSqliteReadOnly(path);
      expect(tool.ok).toBe(true);
      if (tool.ok) await tool.value.close();
    } finally {
      process.chdir(before);
    }
  });
});
