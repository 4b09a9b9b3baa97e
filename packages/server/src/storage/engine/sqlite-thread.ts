import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Reply, Request } from './sqlite-messages.ts';

/**
 * The main thread's end of a storage thread: requests go out in order, replies come back in that order. A thread that
 * died is never started again: what it was doing is unknown, and a process whose storage stays silent is taken out of
 * service and restarted by whoever watches `/readyz`.
 */
export interface Thread {
  /** The reply, or `undefined` when the thread is dead or has been stopped. Throws what cannot be sent. */
  ask(request: Request): Promise<Reply | undefined>;
  /** When it was last known to answer: set while a reply is owed, and for good once it is dead. */
  silentSince(): number | undefined;
  /** Lets it finish what it was asked, and ends it. */
  stop(): Promise<void>;
}

export interface ThreadDeps {
  /** Milliseconds that never go back. */
  now(): number;
  /** Called once, when the thread ends without having been stopped. */
  died(message: string): void;
}

/** The thread is started from a file of the same kind as this one: the bundle starts the bundled one, the source the source. */
const WORKER = new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url);

/** Starts a thread. It keeps the process alive until it is stopped. */
export function startThread(deps: ThreadDeps, script: URL = WORKER): Thread {
  const worker = new Worker(script);
  const owed: ((reply: Reply | undefined) => void)[] = [];
  let silentSince: number | undefined;
  let stopping = false;
  let dead = false;

  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));

  const end = (message: string): void => {
    if (dead) return;
    dead = true;
    if (!stopping) {
      silentSince ??= deps.now();
      deps.died(message);
    }
    for (const answer of owed.splice(0)) answer(undefined);
  };

  worker.on('message', (reply: Reply) => {
    owed.shift()?.(reply);
    silentSince = owed.length === 0 ? undefined : deps.now();
  });
  worker.on('error', (error) => end(error instanceof Error ? error.message : String(error)));
  worker.on('messageerror', (error) => {
    end(error.message);
    void worker.terminate();
  });
  worker.on('exit', (code) => end(`the storage thread ended with code ${code}`));

  const ask = (request: Request): Promise<Reply | undefined> => {
    if (dead) return Promise.resolve(undefined);
    worker.postMessage(request);
    silentSince ??= deps.now();
    return new Promise((answer) => owed.push(answer));
  };

  return {
    ask,
    silentSince: () => silentSince,
    async stop() {
      if (!dead && !stopping) {
        const closed = ask({ kind: 'close' });
        stopping = true;
        await closed;
      }
      await ended;
    },
  };
}
