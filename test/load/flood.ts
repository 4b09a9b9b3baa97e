import { spawn, type ChildProcess } from 'node:child_process';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { exchangeConfig, exchangeJob } from './exchange.ts';
import { githubClaims } from './github-claims.ts';
import { generateLoad, type Job } from './load.ts';
import { median } from './median.ts';
import { loadCommand, spawnPinned, stop } from './processes.ts';
import type { Owed } from './report.ts';
import { serveTarget } from './serve.ts';

/**
 * `npm run bench -- flood`: the p99 of good exchanges without and with a flood of requests that are none, in one run.
 * The flood comes from another address, over 32 connections, as fast as it is answered.
 */
const GOOD = { connections: 4, seconds: 3 };

type Kind = 'garbage' | 'well-formed garbage' | 'unknown keys';

export async function measureFloods(rounds: number): Promise<readonly Owed[]> {
  const issuer = await startIssuer('RS256');
  const tokens = await Promise.all(
    Array.from({ length: 64 }, (_, index) => issuer.mint(githubClaims(index))),
  );
  try {
    const owed: Owed[] = [];
    for (const kind of ['garbage', 'well-formed garbage', 'unknown keys'] as const)
      owed.push(await measureFlood(kind, issuer, tokens, rounds));
    return owed;
  } finally {
    await issuer.close();
  }
}

async function measureFlood(
  kind: Kind,
  issuer: TestIssuer,
  tokens: readonly string[],
  rounds: number,
): Promise<Owed> {
  const ratios: number[] = [];
  const fetched: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = await serveTarget(exchangeConfig(issuer), (port) =>
      Promise.resolve(exchangeJob(port, tokens)),
    );
    const child = spawnPinned(started);
    try {
      const job = await started.ready();
      await generateLoad(job, GOOD.connections, 2);
      const alone = await generateLoad(job, GOOD.connections, GOOD.seconds);
      const before = fetches(issuer);
      const flood = startFlood(floodJob(kind, job, tokens));
      const among = await generateLoad(job, GOOD.connections, GOOD.seconds);
      await stop(flood);
      if (alone.failed + among.failed > 0) throw new Error(`${kind}: good requests were refused`);
      ratios.push(among.p99 / alone.p99);
      fetched.push(fetches(issuer) - before);
    } finally {
      await stop(child);
      await started.dispose?.();
    }
  }
  const ratio = median(ratios);
  return {
    what: `p99 of good exchanges among ${kind} (issuer asked ${Math.max(...fetched)} times)`,
    wanted: '≤ 2 × its value alone',
    measured: `${ratio.toFixed(2)} ×`,
    met: ratio <= 2,
  };
}

const fetches = (issuer: TestIssuer): number =>
  [...issuer.requests.values()].reduce((sum, count) => sum + count, 0);

function startFlood(job: Job): ChildProcess {
  const [file, args] = loadCommand(new URL('./flood-generate.ts', import.meta.url));
  const child = spawn(file, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin?.end(JSON.stringify(job));
  return child;
}

/** The same requests with other tokens in them. */
function floodJob(kind: Kind, good: Job, tokens: readonly string[]): Job {
  const bad = tokens.map((token, index) => spoiled(kind, token, index));
  const requests = good.requests.map((request, index) => {
    const body = JSON.parse(request.body ?? '{}') as Record<string, string>;
    return { ...request, body: JSON.stringify({ ...body, subject_token: bad[index] }) };
  });
  return { ...good, requests };
}

function spoiled(kind: Kind, token: string, index: number): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  switch (kind) {
    case 'garbage':
      return 'x'.repeat(token.length);
    case 'well-formed garbage':
      return `${header}.${encode({ iss: 'https://nobody.example', sub: 'x', exp: 1 })}.${signature}`;
    case 'unknown keys':
      return `${encode({ alg: 'RS256', kid: `unknown-${index}`, typ: 'JWT' })}.${payload}.${signature}`;
  }
}
