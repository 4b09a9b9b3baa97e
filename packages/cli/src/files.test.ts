import { lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileExists, readSmallFile, writePrivateFile } from './files.ts';

let directory: string;
beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'files-'))));
afterEach(() => rm(directory, { recursive: true }));

describe('a file that is written', () => {
  it('is for its owner alone', async () => {
    const path = join(directory, 'new');
    expect(await writePrivateFile(path, 'text', { replace: false })).toEqual({ ok: true, value: undefined });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toBe('text');
  });

  it('never takes the place of another unasked', async () => {
    const path = join(directory, 'old');
    await writeFile(path, 'mine');
    expect(await writePrivateFile(path, 'text', { replace: false })).toEqual({ ok: false, error: 'exists' });
    expect(await readFile(path, 'utf8')).toBe('mine');
  });

  it('takes it whole when asked, and is private then too', async () => {
    const path = join(directory, 'old');
    await writeFile(path, 'mine', { mode: 0o644 });
    expect(await writePrivateFile(path, 'text', { replace: true })).toMatchObject({ ok: true });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['old']);
  });

  it('follows no link: what it pointed to stays as it is', async () => {
    const [target, link] = [join(directory, 'target'), join(directory, 'link')];
    await symlink(target, link);
    expect(await fileExists(link)).toBe(true);
    expect(await writePrivateFile(link, 'text', { replace: false })).toEqual({ ok: false, error: 'exists' });
    await writeFile(target, 'mine');
    await writePrivateFile(link, 'text', { replace: true });
    expect(await readFile(target, 'utf8')).toBe('mine');
    expect((await lstat(link)).isSymbolicLink()).toBe(false);
  });

  it('leaves nothing behind when it cannot be written', async () => {
    const path = join(directory, 'absent', 'file');
    expect(await writePrivateFile(path, 'text', { replace: true })).toMatchObject({ ok: false });
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('a file that is read', () => {
  it('is read up to its limit and not beyond', async () => {
    const path = join(directory, 'text');
    await writeFile(path, 'four');
    expect(await readSmallFile(path, 4)).toBe('four');
    await expect(readSmallFile(path, 3)).rejects.toThrow('more than 3 bytes');
  });
});
