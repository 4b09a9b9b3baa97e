import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensurePrivateFile, lockFile } from './sqlite-file.ts';

describe('the files of a database', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sqlite-file-'));
    path = join(folder, 'a.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const mode = (file: string) => statSync(file).mode & 0o777;

  it('are made readable by their owner alone', () => {
    ensurePrivateFile(path);
    lockFile(path, 0)?.release();
    expect(mode(path)).toBe(0o600);
    expect(mode(`${path}.lock`)).toBe(0o600);
  });

  it('keep content and mode when they exist', () => {
    writeFileSync(path, 'content');
    chmodSync(path, 0o640);
    ensurePrivateFile(path);
    expect(mode(path)).toBe(0o640);
    expect(statSync(path).size).toBe(7);
  });

  it('are known by their real name, so that a link cannot be locked beside its target', () => {
    writeFileSync(path, '');
    const link = join(folder, 'link.db');
    symlinkSync(path, link);
    expect(ensurePrivateFile(link)).toBe(ensurePrivateFile(path));
  });

  it('have one owner at a time', () => {
    const first = lockFile(path, 0);
    expect(first).toBeDefined();
    expect(lockFile(path, 0)).toBeUndefined();
    first?.release();
    const second = lockFile(path, 0);
    expect(second).toBeDefined();
    second?.release();
  });

  it('cannot be locked where nothing can be made', () => {
    expect(() => lockFile(join(folder, 'absent', 'a.db'), 0)).toThrow('ENOENT');
  });
});
