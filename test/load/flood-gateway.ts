import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { accessToken } from '../support/exchange.ts';
import { freePort } from '../support/server-process.ts';
import { answers } from './frame.ts';
import type { GoodFigures } from './good-client.ts';
import { githubClaims } from './github-claims.ts';
import type { Job } from './load.ts';
import { median } from './median.ts';
import { loadCommand, residentMegabytes, spawnPinned, stop } from './processes.ts';
import type { Owed } from './report.ts';
import { serveTarget } from './serve.ts';
import type { SlowClients } from './slow-clients.ts';

/**
 * `npm run bench -- slow`: the p99 of good requests through the gateway without and with clients that are slow, idle or
 * big, in one run, and what such a connection costs in memory.
 */
const CONNECTIONS = 4;
const SECONDS = 5;

/** Seconds until they all stand where they wait, and the same to warm up before. */
const SETTLE = 8;

const KINDS: readonly (readonly [kind: SlowClients['kind'], count: number])[] = [
  ['idle', 10_000],
  ['slow heads', 2_000],
  ['slow bodies', 2_000],
  // Each fills four buffers of the kernel, which client, server and upstream share here.
  ['slow readers', 100],
  ['slow upstreams', 2_000],
  ['big heads', 32],
  ['big bodies', 32],
];

export async function measureSlowClients(rounds: number): Promise<readonly Owed[]> {
  const issuer = await startIssuer('RS256');
  try {
    const owed: Owed[] = [];
    for (const [kind, count] of KINDS) owed.push(await measureKind(kind, count, issuer, rounds));
    return owed;
  } finally {
    await issuer.close();
  }
}

async function measureKind(
  kind: SlowClients['kind'],
  count: number,
  issuer: TestIssuer,
  rounds: number,
): Promise<Owed> {
  const ratios: number[] = [];
  const kilobytes: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { ratio, growth } = await measureRound({ kind, count }, issuer);
    ratios.push(ratio);
    kilobytes.push((growth * 1024) / count);
  }
  const ratio = median(ratios);
  return {
    what: `p99 of good requests among ${count} × ${kind} (resident memory: ${median(kilobytes).toFixed(1)} KiB each)`,
    wanted: '≤ 2 × its value alone',
    measured: `${ratio.toFixed(2)} ×`,
    met: ratio <= 2,
  };
}

async function measureRound(
  { kind, count }: Pick<SlowClients, 'kind' | 'count'>,
  issuer: TestIssuer,
): Promise<{ readonly ratio: number; readonly growth: number }> {
  const [good, slow] = [await startUpstream([]), await startUpstream(POLITE)];
  const upstreams = { good: good.port, slow: slow.port };
  const started = await serveTarget(configOf(issuer, upstreams), (port) => goodJob(port, issuer));
  const child = spawnPinned(started);
  try {
    const job = await started.ready();
    const port = Number(new URL(job.url).port);
    await askWell(job, SETTLE);
    const alone = await askWell(job, SECONDS);
    const before = residentMegabytes(child);
    const host = `${kind === 'big bodies' ? 'orders' : 'open'}.localhost:${port}`;
    const clients = await startSlowClients({ kind, count, port, host });
    await askWell(job, SETTLE);
    const among = await askWell(job, SECONDS);
    const growth = residentMegabytes(child) - before;
    await stop(clients);
    await askWell(job, SETTLE);
    const after = await askWell(job, SECONDS);
    if (alone.failed + among.failed + after.failed > 0) throw new Error(`${kind}: good requests failed`);
    // Before and after: whatever else the machine does at the time is in both.
    return { ratio: (2 * among.p99) / (alone.p99 + after.p99), growth };
  } finally {
    await stop(child);
    for (const upstream of [good, slow]) upstream.stop();
    await started.dispose?.();
  }
}

/** Whoever floods leaves the core that they share to the good client: its own waiting is not what is measured. */
const POLITE = ['nice', '-n', '19'];

function spawnOnLoadCore(
  script: string,
  before: readonly string[],
  options: { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> },
): ChildProcessByStdio<Writable, Readable, null> {
  const [file, args] = loadCommand(new URL(script, import.meta.url), ...(options.args ?? []));
  const [first = file, ...rest] = [...before, file, ...args];
  return spawn(first, rest, {
    env: { PATH: process.env['PATH'] ?? '', ...options.env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

async function askWell(job: Job, seconds: number): Promise<GoodFigures> {
  const child = spawnOnLoadCore('./good-client.ts', [], { args: [String(CONNECTIONS), String(seconds)] });
  child.stdin.end(JSON.stringify(job));
  return JSON.parse(await text(child.stdout)) as GoodFigures;
}

interface Upstreams {
  readonly good: number;
  readonly slow: number;
}

const configOf = (issuer: TestIssuer, upstreams: Upstreams) => (port: number) =>
  `
listen: 127.0.0.1:${port}
url: http://localhost:${port}
storage: sqlite:countersign.db
allow_private_issuers: true
log: { level: error }
organizations:
  - name: acme
    issuers:
      - name: github
        url: ${issuer.url}
        policies:
          - { decision: allow, token_type: organization, rules: { sub: 'repo:acme/*' } }
routes:
  - name: orders
    from: http://orders.localhost:${port}
    to: http://127.0.0.1:${upstreams.good}
    pass_identity_headers: true
    policy: { allow: { or: [ { claim/repository: acme/shop } ] } }
  - name: open
    from: http://open.localhost:${port}
    to: http://127.0.0.1:${upstreams.slow}
    allow_public_unauthenticated_access: true
`;

async function goodJob(port: number, issuer: TestIssuer): Promise<Job> {
  const token = await accessToken({ port }, { subjectToken: await issuer.mint(githubClaims(1)) });
  const headers = { host: `orders.localhost:${port}`, authorization: `Bearer ${token}` };
  return { url: `http://127.0.0.1:${port}`, requests: [{ method: 'GET', path: '/list', headers }] };
}

async function startUpstream(before: readonly string[]): Promise<{ readonly port: number; stop(): void }> {
  const port = await freePort();
  const child = spawnOnLoadCore('./peers/slow-upstream.ts', before, { env: { PORT: String(port) } });
  await answers(`http://127.0.0.1:${port}`);
  return { port, stop: () => child.kill('SIGKILL') };
}

async function startSlowClients(job: SlowClients): Promise<ChildProcess> {
  const child = spawnOnLoadCore('./slow-clients.ts', POLITE, {});
  child.stdin.end(JSON.stringify(job));
  await once(child.stdout, 'data');
  return child;
}
