import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileWatch, MAX_DIRECTORIES, type FileWatch } from './file-watch.ts';

let folder: string;
let watch: FileWatch;
let heard: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-watch-'));
  heard = 0;
  watch = createFileWatch(() => (heard += 1));
  await writeFile(join(folder, 'a'), '1');
});
afterEach(async () => {
  watch.close();
  await rm(folder, { recursive: true, force: true });
});

/** For a busy machine. */
const LONG = { timeout: 10_000 };
/** Long enough for what is not to be heard to have been heard, were it. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 600));

describe('a watch of files', () => {
  it('hears one that is written, and one that is renamed over it', async () => {
    watch.follow([join(folder, 'a')]);
    await writeFile(join(folder, 'a'), '2');
    await expect.poll(() => heard, LONG).toBe(1);
    await writeFile(join(folder, 'a.new'), '3');
    await rename(join(folder, 'a.new'), join(folder, 'a'));
    await expect.poll(() => heard, LONG).toBe(2);
  });

  it('tells once of many changes', async () => {
    watch.follow([join(folder, 'a'), join(folder, 'b')]);
    for (let times = 0; times < 20; times += 1) {
      await writeFile(join(folder, 'a'), String(times));
      await writeFile(join(folder, 'b'), String(times));
    }
    await expect.poll(() => heard, LONG).toBe(1);
    await settle();
    expect(heard).toBe(1);
  });

  it('hears a directory of links that is swapped', async () => {
    await mkdir(join(folder, 'v1'));
    await mkdir(join(folder, 'v2'));
    await symlink('v1', join(folder, '..data'));
    watch.follow([join(folder, 'config')]);
    await symlink('v2', join(folder, '..next'));
    await rename(join(folder, '..next'), join(folder, '..data'));
    await expect.poll(() => heard, LONG).toBe(1);
  });

  it('hears nothing else, and nothing of what it follows no more', async () => {
    watch.follow([join(folder, 'a')]);
    await writeFile(join(folder, 'stranger'), '1');
    await settle();
    expect(heard).toBe(0);
    watch.follow([join(folder, 'stranger')]);
    await writeFile(join(folder, 'a'), '2');
    await settle();
    expect(heard).toBe(0);
    watch.close();
    await writeFile(join(folder, 'stranger'), '2');
    await settle();
    expect(heard).toBe(0);
  });

  it('follows so many directories and no more', async () => {
    const folders = Array.from({ length: MAX_DIRECTORIES + 1 }, (_, at) => join(folder, `d${at}`));
    await Promise.all(folders.map((each) => mkdir(each)));
    watch.follow(folders.map((each) => join(each, 'a')));
    await writeFile(join(folders.at(-1) ?? '', 'a'), '1');
    await settle();
    expect(heard).toBe(0);
    await writeFile(join(folders.at(-2) ?? '', 'a'), '1');
    await expect.poll(() => heard, LONG).toBe(1);
  });

  it('does without a directory that is not there', async () => {
    watch.follow([join(folder, 'no', 'such'), join(folder, 'a')]);
    await writeFile(join(folder, 'a'), '2');
    await expect.poll(() => heard, LONG).toBe(1);
  });
});
