import { once } from 'node:events';
import type * as Demo from '@countersign/demo';
import type * as Server from '@countersign/server';
import type { Result } from '@countersign/core';
import { EXIT_OK } from './errors.ts';
import { fileExists, readAll, readSmallFile, writePrivateFile } from './files.ts';
import { createQuestions, isInteractive, type Questions } from './terminal.ts';

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
  readonly fileExists: (path: string) => Promise<boolean>;
  /** Mode 0600, whole or not at all; `exists` when it is there and is not to be replaced, else a reason for a person. */
  readonly writeFile: (
    path: string,
    text: string,
    options: { readonly replace: boolean },
  ) => Promise<Result<void, string>>;
  /** Whether there is somebody to ask. */
  readonly isInteractive: boolean;
  /** On standard error: standard output is for data. */
  readonly questions: Questions;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: typeof fetch;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Calls back at each SIGINT and SIGTERM, until the returned function is called. */
  readonly onInterrupt: (callback: () => void) => () => void;
  /** Likewise at each SIGHUP. */
  readonly onHangup: (callback: () => void) => () => void;
  /** Ends the process at once: only for a person who asks a second time. */
  readonly exit: (code: number) => void;
  /** Loaded when a command needs them: `exchange` must not pay for a server. */
  readonly loadServer: () => Promise<ServerPackage>;
  readonly loadDemo: () => Promise<DemoPackage>;
}

export interface Output {
  write(text: string): void;
  /** When what was written has mostly been read: for output that may be longer than memory. */
  drained(): Promise<void>;
  readonly isTTY: boolean;
}

/** What the commands use of the server. */
export type ServerPackage = Pick<
  typeof Server,
  | 'certificatesFault'
  | 'compileSnapshot'
  | 'configJsonSchema'
  | 'describeRoutes'
  | 'explainFromStorage'
  | 'explainOffline'
  | 'exportAuditFromStorage'
  | 'findConfigFile'
  | 'formatProblem'
  | 'isStrictToken'
  | 'loadConfigFile'
  | 'probeIssuer'
  | 'readTextFile'
  | 'resetKeysOfStorage'
  | 'startServer'
  | 'SUBJECT_ALGORITHMS'
  | 'verifyAuditFromStorage'
  | 'verifyTokenSignature'
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
    fileExists,
    writeFile: writePrivateFile,
    isInteractive: isInteractive(process.env),
    questions: createQuestions(process.stdin, process.stderr),
    env: process.env,
    fetch,
    now: () => Date.now(),
    onInterrupt: (callback) => onSignals(['SIGINT', 'SIGTERM'], callback),
    onHangup: (callback) => onSignals(['SIGHUP'], callback),
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
  return {
    write: (text) => void stream.write(text),
    drained: async () => {
      if (stream.writableNeedDrain) await once(stream, 'drain');
    },
    isTTY: stream.isTTY,
  };
}

function onSignals(signals: readonly NodeJS.Signals[], callback: () => void): () => void {
  for (const signal of signals) process.on(signal, callback);
  return () => {
    for (const signal of signals) process.off(signal, callback);
  };
}
