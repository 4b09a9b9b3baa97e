import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** `countersign serve` as a process of its own, on a free port of loopback, with a folder that goes with it. */
export interface ServerProcess {
  readonly port: number;
  readonly folder: string;
  /** Log lines so far, parsed. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Everything written to standard error so far. */
  stderr(): string;
  /** Ends the process with a signal and waits until it is gone; the folder stays. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
  /** Starts it again on the same folder and the same port. */
  start(): Promise<void>;
  /** Stops it and removes the folder. */
  dispose(): Promise<void>;
}

export const SOURCES = ['--conditions=source', fileURLToPath(new URL('./countersign.ts', import.meta.url))];
export const BUILT = [fileURLToPath(new URL('../../packages/cli/bin/countersign.js', import.meta.url))];

/**
 * Arguments of Node before a command. `npm test` runs what was built, since a bundler can make another program of the
 * same sources; elsewhere it is the sources, so that nobody has to build between two runs of one test.
 */
export const COUNTERSIGN: readonly string[] =
  process.env['COUNTERSIGN_BUILT'] === undefined ? SOURCES : BUILT;

/**
 * `config` is the text of `countersign.yaml`; `${PORT}` in it is the port that was chosen. `program`: arguments of Node
 * before the command, for another program than the one from the sources.
 */
export async function startServerProcess(
  config: string,
  env: Readonly<Record<string, string>> = {},
  program = COUNTERSIGN,
): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-test-'));
  const port = await freePort();
  await writeFile(join(folder, 'countersign.yaml'), config.replaceAll('${PORT}', String(port)));
  const log: Record<string, unknown>[] = [];
  let text = '';
  let child: ChildProcessByStdio<null, null, Readable> | undefined;

  const start = async (): Promise<void> => {
    const started = spawn(process.execPath, [...program, 'serve'], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child = started;
    const ready = new Promise<void>((resolve, reject) => {
      createInterface({ input: started.stderr }).on('line', (line) => {
        text += `${line}\n`;
        const entry = parseLine(line);
        if (!entry) return;
        log.push(entry);
        if (entry['msg'] === 'listening') resolve();
      });
      started.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${text}`)));
    });
    await ready;
  };
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const gone = once(child, 'exit');
    child.kill(signal);
    const [code] = (await gone) as [number | null];
    return code;
  };
  await start();
  return {
    port,
    folder,
    log,
    stderr: () => text,
    start,
    stop,
    signal: (signal) => void child?.kill(signal),
    dispose: async () => {
      await stop('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function parseLine(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** A port of loopback that nobody has at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
