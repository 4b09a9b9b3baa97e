import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { err } from '@countersign/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GENESIS, linkHash } from '../chain.ts';
import { openSqlite } from './sqlite.ts';

/**
 * What a killed process leaves behind. The child writes as fast as it can and notes each name AFTER its write has
 * been answered; it is a plain script, because it must be a process of its own that can be killed.
 */
const CHILD = `
  import { openSync, writeSync } from 'node:fs';
  const { openSqlite } = await import(process.argv[2]);
  const opened = await openSqlite({ path: process.argv[3], lockWait: 20_000 });
  if (!opened.ok) throw new Error(opened.error.kind);
  const prefix = process.argv[4];
  const answered = openSync(process.argv[5], 'a');
  let next = 0;
  const insert = (hash) => ({
    sql: 'INSERT INTO policy_set (hash, document, created_at) VALUES (?, ?, ?)',
    parameters: [hash, 'x'.repeat(1000), 1],
  });
  const link = (hash) => ({
    sql: 'INSERT INTO audit (id, time, event, actor, digest, writer, n, prev, hash) VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?)',
    parameters: [hash, 'key.rotated', 'a', 'A'.repeat(43)],
    link: 'A'.repeat(43),
  });
  async function writeForEver() {
    for (;;) {
      const name = prefix + '-' + (next += 1);
      const written = await opened.value.write([insert(name), link(name), insert(name + '-pair')]);
      if (written.ok) writeSync(answered, name + '\\n');
    }
  }
  for (let at = 0; at < 16; at += 1) void writeForEver();
`;

describe('a process that is killed while it writes', () => {
  let folder: string;
  let path: string;
  let child: ChildProcess | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sqlite-crash-'));
    path = join(folder, 'a.db');
    writeFileSync(join(folder, 'child.mjs'), CHILD);
  });
  afterEach(() => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** Starts a writer, kills it some time after it has begun, and gives the names that it was told are written. */
  async function writeAndDie(prefix: string, whileItLives: () => Promise<void>): Promise<readonly string[]> {
    const module = new URL('./sqlite.ts', import.meta.url).href;
    // A file, not a pipe: what has been written into it is there, however its writer ends.
    const notes = join(folder, `${prefix}.answered`);
    writeFileSync(notes, '');
    const answered = (): readonly string[] => readFileSync(notes, 'utf8').split('\n').slice(0, -1);
    const args = ['--conditions=source', join(folder, 'child.mjs'), module, path, prefix, notes];
    const writer = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    child = writer;
    const exited = once(writer, 'exit');
    // A random count, so that the kill falls into a different moment of a commit each time.
    const enough = 50 + Math.floor(Math.random() * 400);
    while (answered().length < enough) {
      if (writer.exitCode !== null) throw new Error('the writer ended by itself');
      await sleep(5);
    }
    await whileItLives();
    writer.kill('SIGKILL');
    expect(await exited).toEqual([null, 'SIGKILL']);
    return answered();
  }

  /** The names that have a link, by the places of their links; each writer's chain has to be whole. */
  async function linkedNames(): Promise<ReadonlySet<unknown>> {
    const opened = await openSqlite({ path, lockWait: 20_000 });
    if (!opened.ok) throw new Error(opened.error.kind);
    const sql = 'SELECT id, writer, n, prev, hash FROM audit ORDER BY writer, n';
    const found = await opened.value.read({ sql, parameters: [] });
    await opened.value.close();
    if (!found.ok) throw new Error('the read failed');
    let last = { writer: '', n: 0, hash: '' };
    for (const row of found.value) {
      const writer = String(row['writer']);
      if (writer !== last.writer) last = { writer, n: 0, hash: GENESIS };
      const n = last.n + 1;
      expect([row['n'], row['prev']]).toEqual([n, last.hash]);
      last = { writer, n, hash: linkHash(last.hash, writer, n, GENESIS) };
      expect(row['hash']).toBe(last.hash);
    }
    return new Set(found.value.map((row) => row['id']));
  }

  async function namesInDatabase(): Promise<ReadonlySet<unknown>> {
    const opened = await openSqlite({ path, lockWait: 20_000 });
    if (!opened.ok) throw new Error(opened.error.kind);
    const found = await opened.value.read({ sql: 'SELECT hash FROM policy_set', parameters: [] });
    await opened.value.close();
    if (!found.ok) throw new Error('the read failed');
    return new Set(found.value.map((row) => row['hash']));
  }

  it('loses nothing that was answered, leaves no half unit and no hole in a chain, and frees the file', async () => {
    const answered: string[] = [];
    for (const round of ['a', 'b', 'c']) {
      const names = await writeAndDie(round, async () => {
        expect(await openSqlite({ path, lockWait: 0 })).toEqual(err({ kind: 'locked' }));
      });
      answered.push(...names);
      const found = await namesInDatabase();
      expect(answered.filter((name) => !found.has(name))).toEqual([]);
      const halves = [...found].filter((name) => {
        const text = String(name);
        return !found.has(text.endsWith('-pair') ? text.slice(0, -'-pair'.length) : `${text}-pair`);
      });
      expect(halves).toEqual([]);
      const linked = await linkedNames();
      expect([...found].filter((name) => !String(name).endsWith('-pair') && !linked.has(name))).toEqual([]);
      expect([...linked].filter((name) => !found.has(name))).toEqual([]);
    }
  }, 90_000);
});
