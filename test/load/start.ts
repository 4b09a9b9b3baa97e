import { fileURLToPath } from 'node:url';
import { freePort } from '../support/server-process.ts';
import type { Started } from './frame.ts';
import type { Job } from './load.ts';
import { median } from './median.ts';
import { residentMegabytes, spawnPinned, stop, type Program } from './processes.ts';

/** How long from spawning a process to its first useful answer, and how much it holds when nobody asks. */
export interface Start {
  /** Milliseconds: ours, with a database that exists, until the first exchanged token. */
  readonly firstToken: number;
  /** Milliseconds: `node:http` alone, until its first answer. */
  readonly bareHttp: number;
  /** Megabytes, three seconds after the start of a server that nobody asked anything. */
  readonly idle: number;
}

const ROUNDS = 7;
const SETTLED = 3_000;

export async function measureStart(serve: () => Promise<Started>): Promise<Start> {
  const started = await serve();
  try {
    // Once for the database and its keys: what is measured is a restart.
    await firstAnswer(started, await jobOfOwn(started));
    const ours: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(await bareHttp());
      ours.push(await firstAnswer(started, await jobOfOwn(started)));
    }
    const idle: number[] = [];
    for (let round = 0; round < 3; round += 1) idle.push(await idleMegabytes(started));
    return { firstToken: median(ours), bareHttp: median(bare), idle: median(idle) };
  } finally {
    await started.dispose?.();
  }
}

/** What is sent does not depend on the process, so it is known before there is one. */
async function jobOfOwn(started: Started): Promise<Job> {
  if (!started.job) throw new Error('the job has to be known before the process answers');
  return started.job();
}

async function bareHttp(): Promise<number> {
  const port = await freePort();
  const target = {
    args: [fileURLToPath(new URL('./peers/bare-http.mjs', import.meta.url))],
    env: { PORT: String(port) },
  };
  const request = { method: 'GET', path: '/', headers: {} };
  return firstAnswer(target, { url: `http://127.0.0.1:${port}`, requests: [request] });
}

async function firstAnswer(target: Program, job: Job): Promise<number> {
  const [request] = job.requests;
  if (!request) throw new Error('there is nothing to ask');
  const from = performance.now();
  const child = spawnPinned(target);
  try {
    for (;;) {
      const { method, path, headers, body } = request;
      const reply = await fetch(`${job.url}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      }).catch(() => undefined);
      const answer = await reply?.text();
      if (reply?.status === 200) return performance.now() - from;
      if (reply && reply.status < 500) throw new Error(`refused: ${answer}`);
      if (child.exitCode !== null) throw new Error('the process ended before it answered');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  } finally {
    await stop(child);
  }
}

async function idleMegabytes(target: Started): Promise<number> {
  const child = spawnPinned(target);
  try {
    await new Promise((resolve) => setTimeout(resolve, SETTLED));
    return residentMegabytes(child);
  } finally {
    await stop(child);
  }
}
