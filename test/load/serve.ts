import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/server-process.ts';
import { answers, type Job, type Started } from './frame.ts';

const countersign = fileURLToPath(new URL('../../packages/cli/bin/countersign.js', import.meta.url));

/** Our own target: the compiled program, on a database of its own, in a folder that goes with it. */
export async function serveTarget(
  config: (port: number) => string,
  job: (port: number) => Promise<Job>,
): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  const port = await freePort();
  await writeFile(join(folder, 'countersign.yaml'), config(port));
  return {
    args: [countersign, 'serve'],
    cwd: folder,
    job: () => job(port),
    ready: async () => {
      await answers(`http://127.0.0.1:${port}/healthz`);
      return job(port);
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}
