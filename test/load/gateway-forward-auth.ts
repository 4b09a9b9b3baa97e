import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countersign } from '../support/command.ts';
import { freePort } from '../support/server-process.ts';
import { answers, type Started } from './frame.ts';
import { nginxConfig, nginxProgram } from './gateway-peers.ts';
import { gatewayServer, type GatewayServer } from './gateway-server.ts';

/** nginx as `countersign render` configures it, asking our server about every request; both on the target's core. */
export async function nginxAuthRequest(server: GatewayServer): Promise<Started> {
  const [front, folder] = await Promise.all([freePort(), mkdtemp(join(tmpdir(), 'countersign-bench-'))]);
  const { cwd = '', ready, dispose, ...program } = await gatewayServer({ ...server, front });
  const config = join(cwd, 'countersign.yaml');
  const { out } = await countersign(['render', 'nginx', '--config', config, '--listen', '127.0.0.1'], {
    cwd,
  });
  await writeFile(join(folder, 'nginx.conf'), nginxConfig(out));
  return {
    ...nginxProgram(folder),
    beside: [{ ...program, cwd }],
    ready: async () => {
      const job = await ready();
      await answers(job.url);
      return job;
    },
    dispose: async () => {
      await rm(folder, { recursive: true, force: true });
      await dispose?.();
    },
  };
}
