import { tmpdir } from 'node:os';
import { beforeEach, describe, expect, it } from 'vitest';
import { createDiskSpace, spaceOf, type Space } from './disk-space.ts';
import { QUIET } from './testing/trail.ts';

const MIB = 1024 * 1024;

let now: number;
let lines: string[];
let space: Space | undefined;

beforeEach(() => {
  now = 0;
  lines = [];
});

const watch = () => {
  const log = (message: string) => void lines.push(message);
  return createDiskSpace({
    space: () => (space === undefined ? Promise.reject(new Error('ENOENT')) : Promise.resolve(space)),
    clock: { now: () => now },
    logger: { ...QUIET, warn: log, info: log },
  });
};

describe('the disk', () => {
  it.each([
    ['with room', { free: 500 * MIB, size: 10_000 * MIB }, false],
    ['with 64 MiB of a small one', { free: 64 * MIB, size: 100 * MIB }, false],
    ['with less than 64 MiB', { free: 64 * MIB - 1, size: 100 * MIB }, true],
    ['with 2 % of a large one', { free: 200 * MIB, size: 10_000 * MIB }, false],
    ['with less than 2 %', { free: 200 * MIB - 1, size: 10_000 * MIB }, true],
  ])('%s is taken for what it is', async (_, seen, low) => {
    space = seen;
    const disk = watch();
    await disk.look();
    expect(disk.isLow()).toBe(low);
  });

  it('is warned of once a minute while it is low, and told of when it is not any more', async () => {
    space = { free: 0, size: 1 };
    const disk = watch();
    for (let second = 0; second < 120; second += 5) {
      now = second * 1000;
      await disk.look();
    }
    expect(lines).toHaveLength(2);
    space = { free: 500 * MIB, size: 1000 * MIB };
    await disk.look();
    await disk.look();
    expect(lines.slice(2)).toEqual(['there is disk space again; refusals are recorded']);
  });

  it('that cannot be asked stays what it was', async () => {
    space = { free: 0, size: 1 };
    const disk = watch();
    await disk.look();
    space = undefined;
    await disk.look();
    expect(disk.isLow()).toBe(true);
  });

  it('is that of the path', async () => {
    const { free, size } = await spaceOf(tmpdir());
    expect(free).toBeGreaterThan(0);
    expect(size).toBeGreaterThanOrEqual(free);
  });
});
