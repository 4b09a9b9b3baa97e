import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { ask } from '../support/request.ts';
import { freePort, startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { blockWith, blocks, wholeFiles } from './guide.ts';
import { placeOf } from './repository.ts';

/**
 * What the guide describes, on loopback: its file, its workflow's steps in a shell, its service, and a stand-in for
 * GitHub that signs jobs. Only addresses are exchanged. The gateway is `localhost`, which every resolver knows.
 */
export const GUIDE = 'github-actions-to-internal-api';

export const ADMIN = 'site-administrator-of-the-tests-only';

export type Job = Readonly<Record<string, string>>;

export const DEPLOY: Job = {
  sub: 'repo:acme/shop:environment:production',
  repository: 'acme/shop',
  repository_id: '456789',
  repository_owner: 'acme',
  repository_owner_id: '123456',
  environment: 'production',
  ref: 'refs/heads/main',
  event_name: 'push',
  run_id: '9311000001',
  workflow_ref: 'acme/shop/.github/workflows/deploy.yml@refs/heads/main',
};

export interface Ran {
  readonly status: number;
  readonly out: string;
}

export interface Workflows {
  readonly server: ServerProcess;
  readonly github: TestIssuer;
  /** The step of the guide that shows the job's own token, or the one that exchanges it, as this job. */
  run(step: 'exchange' | 'direct', job: Job): Promise<Ran>;
  dispose(): Promise<void>;
}

/** The lines of the one step of a workflow: what is indented below `run: |`. */
function scriptOf(workflow: string): string {
  const [, below = ''] = workflow.split('run: |\n');
  const indent = /^ */.exec(below)?.[0] ?? '';
  return below.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
}

function stepsOfGuide(): Readonly<Record<'exchange' | 'direct', string>> {
  const whole = blockWith(GUIDE, 'yaml', 'runs-on:');
  return { exchange: scriptOf(whole), direct: scriptOf(blockWith(GUIDE, 'yaml', '$ID_TOKEN" https://')) };
}

/** The runner's endpoint for identity tokens: answers the job that has begun last, to whom its token was given. */
async function startRunner(github: TestIssuer) {
  const state: { job: Job } = { job: DEPLOY };
  const server = createServer((request, response) => {
    const audience = new URL(request.url ?? '', 'http://runner').searchParams.get('audience');
    if (request.headers.authorization !== 'bearer of-this-job' || audience === null)
      return void response.writeHead(400).end();
    void github
      .mint({ ...state.job, aud: audience })
      .then((value) => response.end(JSON.stringify({ value })));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?api-version=2.0`;
  return { state, url, server };
}

export async function startWorkflows(): Promise<Workflows> {
  const github = await startIssuer('RS256', '/github');
  const runner = await startRunner(github);
  const port = await freePort();
  const server = await startServerProcess(fileOnLoopback(github.url, port), {
    COUNTERSIGN_ADMIN_TOKEN: ADMIN,
  });
  const local = (text: string): string =>
    text
      .replaceAll('https://auth.acme.example', `http://127.0.0.1:${server.port}`)
      .replaceAll('https://releases.acme.example', `http://localhost:${server.port}`)
      .replaceAll('releases.acme.example', 'localhost');
  const service = await startService(local(blockWith(GUIDE, 'js', 'createServer')), port);
  const steps = stepsOfGuide();
  return {
    server,
    github,
    run: (step, job) => {
      runner.state.job = job;
      return shell(local(steps[step]), runner.url);
    },
    dispose: async () => {
      await service();
      runner.server.closeAllConnections();
      runner.server.close();
      await Promise.all([server.dispose(), github.close()]);
    },
  };
}

/** The file as it stands in the guide, with the line that its shorter form adds to the route. */
function fileOnLoopback(github: string, port: number): string {
  const [file = ''] = wholeFiles(GUIDE);
  const issuers = blocks(GUIDE, 'yaml').find((block) => block.startsWith('issuers: ')) ?? '';
  const local = file
    .replace('listen: 127.0.0.1:8080', 'listen: 127.0.0.1:${PORT}\nallow_private_issuers: [127.0.0.0/8]')
    .replaceAll('https://auth.acme.example', 'http://127.0.0.1:${PORT}')
    .replaceAll('https://releases.acme.example', 'http://localhost:${PORT}')
    .replace('https://token.actions.githubusercontent.com', github)
    .replace('http://127.0.0.1:9000', `http://127.0.0.1:${port}`);
  return local.replace('    pass_identity_headers', `    ${issuers}    pass_identity_headers`);
}

/** As the runner runs a step with `shell: bash`. jq is on every runner of GitHub, and need not be here. */
function shell(script: string, requestUrl: string): Promise<Ran> {
  const withoutJq = script.replaceAll(
    /jq -r \.(\w+)/g,
    (_all, name: string) => `"${process.execPath}" -pe 'JSON.parse(fs.readFileSync(0)).${name}'`,
  );
  const env = {
    PATH: process.env['PATH'] ?? '',
    ACTIONS_ID_TOKEN_REQUEST_URL: requestUrl,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-this-job',
  };
  return new Promise((resolve) => {
    const bash = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', withoutJq];
    execFile('bash', bash, { env }, (error, out) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, out });
    });
  });
}

/** The service of the guide as a process of its own, beside the modules of this repository. */
async function startService(program: string, port: number): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-service-'));
  await symlink(placeOf('node_modules'), join(folder, 'node_modules'));
  const file = join(folder, 'service.mjs');
  await writeFile(file, program.replace('listen(9000,', `listen(${port},`));
  const child = spawn(process.execPath, [file], { stdio: 'ignore' });
  const gone = once(child, 'exit');
  for (let tries = 0; ; tries += 1) {
    if (tries === 600) throw new Error('the service of the guide does not listen');
    const status = await ask(port, { path: '/' }).then(
      (reply) => reply.status,
      () => 0,
    );
    if (status !== 0) break;
    await delay(50);
  }
  return async () => {
    child.kill('SIGKILL');
    await gone;
    await rm(folder, { recursive: true, force: true });
  };
}
