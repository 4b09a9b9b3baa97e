import { createReadStream } from 'node:fs';
import type * as Demo from '@countersign/demo';
import type * as Server from '@countersign/server';
import { EXIT_OK } from './errors.ts';

/**
 * Everything that a command takes from the world. Tests give their own; commands must not reach for `process`, the
 * network or the clock in any other way.
 */
export interface Deps {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Standard input to its end, or `undefined` when it is longer than `limit` bytes. */
  readonly readStdin: (limit: number) => Promise<string | undefined>;
  /** A file of at most `limit` bytes as text; rejects like `node:fs`, and when it is longer. */
  readonly readFile: (path: string, limit: number) => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: typeof fetch;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Calls back at each SIGINT, SIGTERM and SIGHUP, until the returned function is called. */
  readonly onInterrupt: (callback: () => void) => () => void;
  /** Ends the process at once: only for a person who asks a second time. */
  readonly exit: (code: number) => void;
  /** Loaded when a command needs them: `exchange` must not pay for a server. */
  readonly loadServer: () => Promise<ServerPackage>;
  readonly loadDemo: () => Promise<DemoPackage>;
}

export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
}

/** What the commands use of the server. */
export type ServerPackage = Pick<
  typeof Server,
  | 'compileSnapshot'
  | 'explainFromStorage'
  | 'findConfigFile'
  | 'formatProblem'
  | 'loadConfig'
  | 'readTextFile'
  | 'startServer'
>;

/** What the commands use of the demo. */
export type DemoPackage = Pick<typeof Demo, 'findRunningDemo' | 'startDemo' | 'tour' | 'tryItYourself'>;

/** The real world. */
export function processDeps(): Deps {
  return {
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    readStdin: (limit) => readAll(process.stdin, limit),
    readFile: readSmallFile,
    env: process.env,
    fetch,
    now: () => Date.now(),
    onInterrupt,
    exit: (code) => process.exit(code),
    // The linter means static imports, and takes these for the same: they are the lazy loading that its rule asks for.
    // oxlint-disable-next-line no-restricted-imports
    loadServer: () => import('@countersign/server'),
    // oxlint-disable-next-line no-restricted-imports
    loadDemo: () => import('@countersign/demo'),
  };
}

function output(stream: NodeJS.WriteStream): Output {
  stream.on('error', (fault: NodeJS.ErrnoException) => {
    // `countersign … | head`: the reader has seen enough, and that is no failure of ours.
    if (fault.code === 'EPIPE') process.exit(EXIT_OK);
    throw fault;
  });
  return { write: (text) => void stream.write(text), isTTY: stream.isTTY };
}

const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function onInterrupt(callback: () => void): () => void {
  for (const signal of INTERRUPTIONS) process.on(signal, callback);
  return () => {
    for (const signal of INTERRUPTIONS) process.off(signal, callback);
  };
}

async function readSmallFile(path: string, limit: number): Promise<string> {
  // As a stream: `/dev/zero` or a wrong huge file must not be read to its end first.
  const text = await readAll(createReadStream(path), limit);
  if (text === undefined) throw new Error(`more than ${limit} bytes`);
  return text;
}

async function readAll(stream: AsyncIterable<unknown>, limit: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > limit) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
