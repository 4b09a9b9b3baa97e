import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/**
 * Processes of the bench and what they cost: the measured ones on a core of their own, what loads them on another.
 * Read from /proc; elsewhere than on Linux nothing is pinned and nothing is worth much.
 */
export interface Program {
  /** `node` unless given. */
  readonly command?: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const TARGET_CORE = 0;
const LOAD_CORE = 1;

/** Whether the target can have a core of its own. */
export const pinned = process.platform === 'linux' && availableParallelism() >= 2;

/** A server of Debian that is installed is found here although it is on nobody's PATH. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`;

function command(core: number, { command: file = process.execPath, args }: Program): [string, string[]] {
  return pinned ? ['taskset', ['-c', String(core), file, ...args]] : [file, [...args]];
}

/** Starts a process that is measured, on its own core. */
export function spawnPinned(program: Program): ChildProcess {
  return spawnOn(TARGET_CORE, program, ['ignore', 'ignore', 'ignore']);
}

/** How a script of the load is run: on its core. */
export function loadCommand(script: URL, ...args: readonly string[]): readonly [string, string[]] {
  return command(LOAD_CORE, { args: ['--conditions=source', fileURLToPath(script), ...args] });
}

/** Starts a process of the load, on its core. */
export function spawnLoad(program: Program): ChildProcess {
  return spawnOn(LOAD_CORE, program, ['pipe', 'pipe', 'inherit']);
}

function spawnOn(core: number, program: Program, stdio: ('ignore' | 'pipe' | 'inherit')[]): ChildProcess {
  const [file, args] = command(core, program);
  const { env, cwd } = program;
  return spawn(file, args, {
    env: { PATH, NODE_ENV: 'production', ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio,
  });
}

/** Ends a process that was started here. */
export async function stop(child: ChildProcess): Promise<void> {
  const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
  child.kill('SIGKILL');
  await gone;
}

/** Clock ticks a second of /proc; fixed at 100 for user space on Linux. */
const TICKS = 100;

/** User and system time so far, threads included. `taskset` replaces itself, so the child is the target. */
export function cpuMicroseconds(child: ChildProcess): number {
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1e6;
}

export function residentMegabytes(child: ChildProcess): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

/** What the target's core has done since the system started, in ticks. */
export interface CoreTime {
  readonly idle: number;
  readonly total: number;
}

export function targetCoreTime(): CoreTime {
  const line =
    new RegExp(`^cpu${TARGET_CORE} (.*)$`, 'm').exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? '';
  // proc(5): user nice system idle iowait irq softirq steal; guests are in the first two already.
  const ticks = line.split(' ').slice(0, 8).map(Number);
  return { idle: (ticks[3] ?? 0) + (ticks[4] ?? 0), total: ticks.reduce((sum, each) => sum + each, 0) };
}

/** Share of the time between two looks in which the target's core had nothing to do. */
export function idleShare(from: CoreTime, to: CoreTime): number {
  return (to.idle - from.idle) / (to.total - from.total);
}
