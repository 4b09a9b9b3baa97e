import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/server-process.ts';
import { answers, type Started } from './frame.ts';
import type { Job } from './load.ts';

const HERE = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Our own target: the compiled program, on a database of its own, in a folder that goes with it. `root`: of the checkout
 * whose program is run, this one unless given.
 */
export async function serveTarget(
  config: (port: number) => string | Promise<string>,
  job: (port: number) => Promise<Job>,
  root = HERE,
): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  const port = await freePort();
  await writeFile(join(folder, 'countersign.yaml'), await config(port));
  return {
    args: [join(root, 'packages/cli/bin/countersign.js'), 'serve'],
    cwd: folder,
    job: () => job(port),
    ready: async () => {
      await answers(`http://127.0.0.1:${port}/healthz`);
      return job(port);
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}
