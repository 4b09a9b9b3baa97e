import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { has } from '../setup/debian.ts';
import { spawnLoad, type Program } from './processes.ts';

/**
 * The load: a closed loop over so many connections, from a process and a core of its own. By `wrk`, which takes 3 µs a
 * request; where it is not installed by `autocannon`, which takes twenty times as much and holds a fast target back.
 */

/** What is sent, in turn, over and over. */
export interface Job {
  readonly url: string;
  readonly requests: readonly JobRequest[];
}

export interface JobRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Load {
  readonly answered: number;
  readonly failed: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export const generator = has('wrk') ? 'wrk' : 'autocannon';

/** Sends a job over so many connections, for so many seconds. */
export async function generateLoad(job: Job, connections: number, seconds: number): Promise<Load> {
  if (generator === 'wrk') return byWrk(job, connections, seconds);
  const script = fileURLToPath(new URL('./generate.ts', import.meta.url));
  return figures(
    { args: ['--conditions=source', script, `${connections}`, `${seconds}`] },
    JSON.stringify(job),
  );
}

async function byWrk(job: Job, connections: number, seconds: number): Promise<Load> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-load-'));
  try {
    const requests = join(folder, 'requests');
    await writeFile(requests, job.requests.map((request) => onTheWire(job.url, request)).join(''), 'latin1');
    const script = fileURLToPath(new URL('./generate.lua', import.meta.url));
    const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script];
    return await figures({ command: 'wrk', args: [...options, job.url, '--', requests] }, '');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A request as it is sent, behind its length. */
function onTheWire(url: string, { method, path, headers, body = '' }: JobRequest): string {
  const lines = Object.entries({
    host: new URL(url).host,
    ...headers,
    ...(body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
  return `${Buffer.byteLength(request)}\n${request}`;
}

/** Runs a generator; the last line that it prints holds its figures. */
async function figures(program: Program, input: string): Promise<Load> {
  const child = spawnLoad(program);
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('a generator has both ends of a pipe');
  stdin.end(input);
  const exited = once(child, 'exit');
  const printed = await text(stdout);
  const [code] = (await exited) as [number | null];
  if (code !== 0) throw new Error(`the generator ended with ${code}: ${printed}`);
  return JSON.parse(printed.trimEnd().split('\n').at(-1) ?? '') as Load;
}
