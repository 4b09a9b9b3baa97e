import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../bin', import.meta.url));
const launcher = join(bin, 'countersign.js');

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(node: string, ...args: readonly string[]): Ended {
  return spawnSync(node, args, { encoding: 'utf8', timeout: 15_000 });
}

/** Makes the launcher believe that it runs on an old Node; the Node that it then starts knows nothing of this. */
const OLD = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '20.19.0' } })`;

function runOnOldNode(script: string, ...args: readonly string[]): Ended {
  return run(process.execPath, '--import', OLD, script, ...args);
}

describe('the program as it is installed', () => {
  it('runs, with data on standard output and nothing else anywhere', () => {
    const { status, stdout, stderr } = run(process.execPath, launcher, 'version', '-o', 'json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ node: process.versions.node });
  });

  it('ends with the exit code of the command', () => {
    const { status, stdout, stderr } = run(process.execPath, launcher, 'vresion');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('Did you mean version?');
  });

  it('says what to do when it has not been built', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'launcher-'));
    await cp(bin, join(directory, 'bin'), { recursive: true });
    const { status, stderr } = run(process.execPath, join(directory, 'bin', 'countersign.js'), 'version');
    expect(status).toBe(2);
    expect(stderr).toContain('npm run build');
    await rm(directory, { recursive: true });
  });

  it('runs itself with the Node beside it when it is started with an old one', () => {
    const { status, stdout, stderr } = runOnOldNode(launcher, 'version', '-o', 'json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { node } = JSON.parse(stdout) as { node: string };
    expect(Number.parseInt(node, 10)).toBeGreaterThanOrEqual(24);
    expect(runOnOldNode(launcher, 'vresion').status).toBe(2);
  });

  it('says what to do when there is only an old Node', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'launcher-'));
    await cp(bin, join(directory, 'bin'), { recursive: true });
    const { status, stderr } = runOnOldNode(join(directory, 'bin', 'countersign.js'), 'version');
    expect(status).toBe(2);
    expect(stderr).toContain('this is Node 20.19.0');
    expect(stderr).toContain('npm ci');
    await rm(directory, { recursive: true });
  });

  it('shows the demo, is found by the tour, and leaves nothing behind after Ctrl-C', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'launcher-'));
    const env = { ...process.env, TMPDIR: directory };
    const demo = spawn(process.execPath, [launcher, 'demo', '--json'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(demo, 'exit');
    const [line] = (await once(createInterface(demo.stdout), 'line')) as [string];
    const { protected: url } = JSON.parse(line) as { protected: string };
    const tour = spawnSync(process.execPath, [launcher, 'demo', 'tour'], {
      env,
      encoding: 'utf8',
      timeout: 15_000,
    });
    expect({ status: tour.status, stderr: tour.stderr }).toEqual({ status: 0, stderr: '' });
    // The tour of this demo, and not of one of its own.
    expect(tour.stdout).toContain(`${url}/api/orders`);
    demo.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(await readdir(directory)).toEqual([]);
    await rm(directory, { recursive: true });
  });
});
