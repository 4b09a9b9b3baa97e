import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** A proxy of Debian as a process of its own on loopback, with everything that it writes in a folder that goes with it. */
export interface FrontProxy {
  stop(): Promise<void>;
}

/** Which program, and what it is given besides the configuration that was rendered. */
export interface ProxyProgram {
  readonly command: string;
  /** `folder` is its own. */
  readonly args: (folder: string) => readonly string[];
  /** Files by name. */
  readonly files: (rendered: readonly string[], folder: string) => Readonly<Record<string, string>>;
}

/** A server of Debian that is installed is found here although it is on nobody's PATH. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`;

/** Starts it, and waits until it accepts connections on the port. */
export async function startFrontProxy(
  program: ProxyProgram,
  rendered: readonly string[],
  port: number,
): Promise<FrontProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-proxy-'));
  for (const [name, text] of Object.entries(program.files(rendered, folder))) {
    await writeFile(join(folder, name), text);
  }
  const child = spawn(program.command, program.args(folder), {
    cwd: folder,
    env: { PATH, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const exited = once(child, 'exit');
  while (!(await accepts(port))) {
    if (child.exitCode !== null) {
      await rm(folder, { recursive: true, force: true });
      throw new Error(`${program.command} ended with ${child.exitCode}: ${said}`);
    }
    await setTimeout(20);
  }
  return {
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
