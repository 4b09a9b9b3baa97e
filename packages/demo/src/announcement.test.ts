import { spawnSync } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { announce, findRunningDemo, type DemoAddresses } from './announcement.ts';

const demo = (service: string): DemoAddresses => ({
  service,
  protected: 'http://orders.localhost:1',
  identityProvider: 'http://127.0.0.1:2',
  organization: 'acme',
  adminToken: 'demo-token',
  configFile: '/nowhere/countersign.yaml',
});

let parent: string;
beforeEach(async () => (parent = await mkdtemp(join(tmpdir(), 'announcement-'))));
afterEach(() => rm(parent, { recursive: true }));

async function announced(name: string, addresses: DemoAddresses): Promise<string> {
  const directory = join(parent, `countersign-demo-${name}`);
  await mkdir(directory, { mode: 0o700 });
  await announce(directory, addresses);
  return directory;
}

describe('the announcement of a demo', () => {
  it('is found by the tour', async () => {
    await announced('a', demo('http://127.0.0.1:1'));
    expect(await findRunningDemo(parent)).toEqual(demo('http://127.0.0.1:1'));
  });

  it('is for its owner alone', async () => {
    const directory = await announced('a', demo('http://127.0.0.1:1'));
    expect((await stat(join(directory, 'demo.json'))).mode & 0o777).toBe(0o600);
  });

  it('of the demo that started last is the one that counts', async () => {
    await announced('a', demo('http://127.0.0.1:1'));
    const older = await announced('b', demo('http://127.0.0.1:2'));
    await utimes(older, 1, 1);
    expect(await findRunningDemo(parent)).toMatchObject({ service: 'http://127.0.0.1:1' });
  });

  it('does not count in a directory that others may enter', async () => {
    const directory = await announced('a', demo('http://127.0.0.1:1'));
    await chmod(directory, 0o755);
    expect(await findRunningDemo(parent)).toBeUndefined();
  });

  it('does not count in a directory of another user, who may have planted it', async () => {
    const directory = await announced('a', demo('http://127.0.0.1:1'));
    const { uid } = await stat(directory);
    expect(await findRunningDemo(parent, uid + 1)).toBeUndefined();
    expect(await findRunningDemo(parent, uid)).toBeDefined();
  });

  it('does not count behind a link', async () => {
    const directory = await announced('a', demo('http://127.0.0.1:1'));
    await rename(directory, join(parent, 'elsewhere'));
    await symlink(join(parent, 'elsewhere'), directory);
    expect(await findRunningDemo(parent)).toBeUndefined();
  });

  it('does not count when its process is gone', async () => {
    const directory = await announced('a', demo('http://127.0.0.1:1'));
    const file = join(directory, 'demo.json');
    const { pid } = spawnSync(process.execPath, ['--eval', '']);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/"pid":\d+/, `"pid":${pid}`));
    expect(await findRunningDemo(parent)).toBeUndefined();
  });

  it.each(['', '[]', '{}', '{"pid":"1"}'])('does not count when it says %j', async (text) => {
    const directory = await announced('a', demo('http://127.0.0.1:1'));
    await writeFile(join(directory, 'demo.json'), text);
    expect(await findRunningDemo(parent)).toBeUndefined();
  });

  it('is looked for in a hundred directories at most', async () => {
    const names = Array.from({ length: 100 }, (_, index) => join(parent, `countersign-demo-0${index}`));
    for (const name of names) await mkdir(name, { mode: 0o700 });
    await announced('1', demo('http://127.0.0.1:1'));
    expect(await findRunningDemo(parent)).toBeUndefined();
    await rm(names[0] ?? '', { recursive: true });
    expect(await findRunningDemo(parent)).toMatchObject({ service: 'http://127.0.0.1:1' });
  });
});
