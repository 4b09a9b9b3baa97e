import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateLoad, type Job } from './load.ts';
import { median } from './median.ts';
import {
  cpuMicroseconds,
  idleShare,
  residentMegabytes,
  spawnPinned,
  stop,
  targetCoreTime,
  type Program,
} from './processes.ts';

/**
 * The frame of the bench: targets side by side, a fresh process a round, rounds interleaved (A B A B …), the target
 * pinned to one core and everything that loads it to another. What comes out are ratios within one run; the machine
 * is shared, so an absolute figure says little and CPU per request says most.
 */
export interface Target {
  readonly name: string;
  /** The process that is measured. */
  readonly start: () => Promise<Started>;
}

export interface Started extends Program {
  /** Further processes without which the target does not answer; what they take counts too. */
  readonly beside?: readonly Program[];
  /** Resolves to what to send once the process answers. */
  readonly ready: () => Promise<Job>;
  /** The same, without waiting; for who measures the waiting. */
  readonly job?: () => Promise<Job>;
  readonly dispose?: () => Promise<void>;
}

export interface Measured {
  readonly requestsPerSecond: number;
  /** User and system time of the measured processes by requests answered, in microseconds. */
  readonly cpuPerRequest: number;
  /** Megabytes. */
  readonly rss: number;
  /** Share of the time in which the target's core had nothing to do: then the load is what was measured. */
  readonly idle: number;
  /** Share of its core that went to processes that have nothing to do with the bench. */
  readonly taken: number;
  /** For each number of connections, the first of which the figures above are for. */
  readonly latency: readonly Latency[];
}

/** Milliseconds, closed loop. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

export interface RoundOptions {
  /** Numbers of connections, one after the other. */
  readonly connections: readonly [number, ...number[]];
  /** Requests before anything counts: on a machine that is shared, seconds are not enough for all to be compiled. */
  readonly warmUp: number;
  readonly seconds: number;
}

const delayProbe = new URL('./event-loop-delay.ts', import.meta.url).href;

/**
 * The p99 of the event loop's delay under load, in milliseconds: the median of the half seconds of a round of its own,
 * because the probe itself takes a fifth of the time of what it looks at.
 */
export async function loopDelay(target: Target, options: RoundOptions): Promise<number> {
  const started = await target.start();
  const folder = await mkdtemp(join(tmpdir(), 'countersign-delay-'));
  const delays = join(folder, 'delays');
  const child = spawnPinned({
    ...started,
    args: [`--import=${delayProbe}`, ...started.args],
    env: { ...started.env, DELAY_FILE: delays },
  });
  try {
    const job = await started.ready();
    const [connections] = options.connections;
    await warmUp(job, connections, options.warmUp);
    const from = Date.now();
    await generateLoad(job, connections, options.seconds);
    return median(delaysSince(delays, from));
  } finally {
    await stop(child);
    await rm(folder, { recursive: true, force: true });
    await started.dispose?.();
  }
}

/** What the probe of the event loop wrote after a time. */
function delaysSince(file: string, from: number): readonly number[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const samples = lines.map((line) => line.split(' ').map(Number));
  return samples.filter(([at = 0]) => at > from + 500).map(([, delay = Number.NaN]) => delay);
}

/** One round of one target: start, warm up, measure, stop. */
export async function round(target: Target, options: RoundOptions): Promise<Measured> {
  const started = await target.start();
  const children = [started, ...(started.beside ?? [])].map(spawnPinned);
  const sum = (of: (child: (typeof children)[number]) => number): number =>
    children.reduce((total, child) => total + of(child), 0);
  try {
    const job = await started.ready();
    await admitted(target.name, job);
    const [many, ...others] = options.connections;
    await warmUp(job, many, options.warmUp);
    const [cpu, core] = [sum(cpuMicroseconds), targetCoreTime()];
    const load = await generateLoad(job, many, options.seconds);
    const used = sum(cpuMicroseconds) - cpu;
    const idle = idleShare(core, targetCoreTime());
    const measured = {
      requestsPerSecond: load.answered / load.seconds,
      cpuPerRequest: used / load.answered,
      rss: sum(residentMegabytes),
      idle,
      taken: Math.max(0, 1 - idle - used / 1e6 / load.seconds),
    };
    const loads = [load];
    for (const connections of others) loads.push(await generateLoad(job, connections, options.seconds));
    for (const { failed, answered } of loads)
      if (failed > 0) throw new Error(`${target.name}: ${failed} of ${answered} requests failed`);
    return { ...measured, latency: loads.map(({ p50, p99 }) => ({ p50, p99 })) };
  } finally {
    await Promise.all(children.map(stop));
    await started.dispose?.();
  }
}

/** Seconds after which a target is as warm as it will be. */
const LONGEST_WARM_UP = 30;

async function warmUp(job: Job, connections: number, requests: number): Promise<void> {
  let answered = 0;
  for (let second = 0; second < LONGEST_WARM_UP && answered < requests; second += 1)
    answered += (await generateLoad(job, connections, 1)).answered;
}

/** A target that refuses is fast: the first request of a job has to be answered with 200 before anything counts. */
async function admitted(name: string, { url, requests: [first] }: Job): Promise<void> {
  if (!first) throw new Error(`${name}: there is nothing to send`);
  const { method, path, headers, body } = first;
  const status = await new Promise<number | undefined>((resolve, reject) => {
    request(`${url}${path}`, { method, headers, agent: false }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode));
    })
      .on('error', reject)
      .end(body);
  });
  if (status !== 200) throw new Error(`${name}: answered ${status}`);
}

/** Waits until something answers at a URL, or fails after a bounded number of tries. */
export async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    // One that takes the connection and says nothing is not there yet.
    const reply = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    await reply?.body?.cancel();
    if (reply) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing answers at ${url}`);
}
