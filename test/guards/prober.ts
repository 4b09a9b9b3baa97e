import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Guard } from './guard.ts';
import { copyTheTree } from './tree-copy.ts';

/** Longer than the tests of a file may take with their hooks. */
const PATIENCE_MS = 180_000;
const PROBING = fileURLToPath(new URL('./probing-process.ts', import.meta.url));

export interface Verdict {
  /** Nothing when the guard is guarded. */
  readonly problem?: string;
}

/** A copy of the tree, with the process that takes guards out of it. */
export interface Prober {
  /** `undefined` when the process came to no verdict: neither it nor its copy is good for another guard. */
  readonly probe: (guard: Guard) => Promise<Verdict | undefined>;
  readonly dispose: () => Promise<void>;
}

export async function startProber(): Promise<Prober> {
  const copy = await copyTheTree();
  // A group of its own, so that what it started ends with it; what is printed is about tests that are meant to fail.
  const child = fork(PROBING, { cwd: copy, detached: true, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let printed = '';
  child.stderr
    ?.setEncoding('utf8')
    .on('data', (text: string) => (printed = `${printed}${text}`.slice(-4000)));
  const ended = once(child, 'exit');
  if ((await heard(child)) === undefined) throw new Error(`vitest did not start: ${printed}`);
  return {
    probe: (guard) => {
      child.send(guard);
      return heard(child) as Promise<Verdict | undefined>;
    },
    dispose: async () => {
      endGroup(child);
      await ended;
      await rm(copy, { recursive: true, force: true });
    },
  };
}

/** A test that runs for ever without its guard hears no signal, and does not notice that it has been left alone. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody of them is left.
  }
}

/** The next message of the process; `undefined` when it ends before that, or is silent for too long. */
async function heard(child: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(PATIENCE_MS)]);
  const message = once(child, 'message', { signal }).then(([first]: unknown[]) => first);
  const ended = once(child, 'exit', { signal }).then(() => undefined);
  try {
    return await Promise.race([message, ended]);
  } catch {
    return undefined;
  } finally {
    over.abort();
    await Promise.allSettled([message, ended]);
  }
}
