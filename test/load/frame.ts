import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from './median.ts';

/**
 * The frame of the bench: targets side by side, a fresh process a round, rounds interleaved (A B A B …), the target
 * pinned to one core and everything that loads it to another. What comes out are ratios within one run; the machine
 * is shared, so an absolute figure says little and CPU per request says most.
 */
export interface Target {
  readonly name: string;
  /** Arguments of `node` for the process that is measured, and its environment. */
  readonly start: () => Promise<Started>;
}

export interface Started {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Resolves to what to send once the process answers. */
  readonly ready: () => Promise<Job>;
  /** The same, without waiting; for who measures the waiting. */
  readonly job?: () => Promise<Job>;
  readonly dispose?: () => Promise<void>;
}

/** What the load generator sends, in turn, over and over. */
export interface Job {
  readonly url: string;
  readonly requests: readonly {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  }[];
}

export interface Measured {
  readonly requestsPerSecond: number;
  /** Milliseconds, closed loop. */
  readonly p50: number;
  readonly p99: number;
  /** User and system time of the measured process by requests answered, in microseconds. */
  readonly cpuPerRequest: number;
  /** Megabytes. */
  readonly rss: number;
}

export interface RoundOptions {
  readonly connections: number;
  /** Seconds. */
  readonly warmUp: number;
  readonly seconds: number;
}

const TARGET_CORE = 0;
const LOAD_CORE = 1;
const generator = new URL('./generate.ts', import.meta.url);
const delayProbe = new URL('./event-loop-delay.ts', import.meta.url).href;
const run = promisify(execFile);

/** Whether the target can have a core of its own. */
export const pinned = process.platform === 'linux' && availableParallelism() >= 2;

function command(core: number, args: readonly string[]): readonly [string, string[]] {
  return pinned
    ? ['taskset', ['-c', String(core), process.execPath, ...args]]
    : [process.execPath, [...args]];
}

/** How a script of the load is run: on its core. */
export function loadCommand(script: URL, ...args: readonly string[]): readonly [string, string[]] {
  return command(LOAD_CORE, ['--conditions=source', fileURLToPath(script), ...args]);
}

/**
 * The p99 of the event loop's delay under load, in milliseconds: the median of the half seconds of a round of its own,
 * because the probe itself takes a fifth of the time of what it looks at.
 */
export async function loopDelay(target: Target, options: RoundOptions): Promise<number> {
  const started = await target.start();
  const folder = await mkdtemp(join(tmpdir(), 'countersign-delay-'));
  const delays = join(folder, 'delays');
  const child = spawnPinned(started, { DELAY_FILE: delays }, [`--import=${delayProbe}`]);
  try {
    const job = await started.ready();
    await generateLoad(job, options.connections, options.warmUp);
    const from = Date.now();
    await generateLoad(job, options.connections, options.seconds);
    return median(delaysSince(delays, from));
  } finally {
    await stop(child);
    await rm(folder, { recursive: true, force: true });
    await started.dispose?.();
  }
}

/** One round of one target: start, warm up, measure, stop. */
export async function round(target: Target, options: RoundOptions): Promise<Measured> {
  const started = await target.start();
  const child = spawnPinned(started);
  try {
    const job = await started.ready();
    await generateLoad(job, options.connections, options.warmUp);
    const before = cpuMicroseconds(child);
    const load = await generateLoad(job, options.connections, options.seconds);
    const cpu = cpuMicroseconds(child) - before;
    if (load.failed > 0)
      throw new Error(`${target.name}: ${load.failed} of ${load.answered} requests failed`);
    return {
      requestsPerSecond: load.answered / load.seconds,
      p50: load.p50,
      p99: load.p99,
      cpuPerRequest: cpu / load.answered,
      rss: residentMegabytes(child),
    };
  } finally {
    await stop(child);
    await started.dispose?.();
  }
}

/** Starts the process of a target on its own core. */
export function spawnPinned(
  { args, env, cwd }: Pick<Started, 'args' | 'env' | 'cwd'>,
  more: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): ChildProcess {
  const [file, all] = command(TARGET_CORE, [...flags, ...args]);
  return spawn(file, all, {
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...env, ...more },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'ignore', 'ignore'],
  });
}

/** Ends a process that was started here. */
export async function stop(child: ChildProcess): Promise<void> {
  const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
  child.kill('SIGKILL');
  await gone;
}

/** What the probe of the event loop wrote after a time. */
function delaysSince(file: string, from: number): readonly number[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const samples = lines.map((line) => line.split(' ').map(Number));
  return samples.filter(([at = 0]) => at > from + 500).map(([, delay = Number.NaN]) => delay);
}

export interface Load {
  readonly answered: number;
  readonly failed: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
}

/** Sends a job over so many connections, for so many seconds, from the core of the load. */
export async function generateLoad(job: Job, connections: number, seconds: number): Promise<Load> {
  const [file, args] = loadCommand(generator, String(connections), String(seconds));
  const running = run(file, args, { maxBuffer: 1 << 20 });
  running.child.stdin?.end(JSON.stringify(job));
  return JSON.parse((await running).stdout) as Load;
}

/** Clock ticks a second of /proc; fixed at 100 for user space on Linux. */
const TICKS = 100;

/** User and system time so far, threads included. `taskset` replaces itself, so the child is the target. */
function cpuMicroseconds(child: ChildProcess): number {
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1e6;
}

export function residentMegabytes(child: ChildProcess): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

/** Waits until something answers at a URL, or fails after a bounded number of tries. */
export async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const reply = await fetch(url).catch(() => undefined);
    await reply?.body?.cancel();
    if (reply) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing answers at ${url}`);
}
