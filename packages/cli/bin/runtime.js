/**
 * Which Node runs the program. This file and its neighbour are plain JavaScript on purpose: they must start on the
 * Node that a host happens to have (20 and later), find the one that the program needs, and do nothing else.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** `node:sqlite` without flags, type stripping and `crypto.hash` begin here. */
export const NEEDED_MAJOR = 24;

/** @param {string} version such as `24.21.0` */
export function isNewEnough(version) {
  return Number.parseInt(version, 10) >= NEEDED_MAJOR;
}

/**
 * Where the npm package `node` puts a binary, seen from a directory and each of its parents.
 * @param {string} from
 * @param {{ platform: string, arch: string }} host
 * @returns {string[]}
 */
export function candidates(from, { platform, arch }) {
  const system = platform === 'win32' ? 'win' : platform;
  const file = platform === 'win32' ? 'node.exe' : 'node';
  const found = [];
  for (let at = from, above = ''; at !== above; above = at, at = dirname(at)) {
    const modules = join(at, 'node_modules');
    found.push(join(modules, 'node', 'bin', file));
    found.push(join(modules, 'node', 'node_modules', `node-${system}-${arch}`, 'bin', file));
    found.push(join(modules, `node-${system}-${arch}`, 'bin', file));
  }
  return found;
}

/**
 * The first candidate that says itself that it is new enough: trusting a directory name could start an old one, which
 * would look again, and so on for ever.
 * @param {string[]} paths
 * @returns {string | undefined}
 */
export function findNode(paths) {
  return paths.find((path) => existsSync(path) && isNewEnough(versionOf(path)));
}

/** @param {string} path */
function versionOf(path) {
  const asked = spawnSync(path, ['--print', 'process.versions.node'], { encoding: 'utf8', timeout: 10_000 });
  return asked.status === 0 ? asked.stdout.trim() : '';
}

/**
 * Runs `script` with another Node in our place: same terminal, same signals, same end.
 * @param {string} node
 * @param {string} script
 * @param {readonly string[]} args
 */
export function runInstead(node, script, args) {
  const child = spawn(node, [script, ...args], { stdio: 'inherit' });
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  child.on('error', (fault) => {
    process.stderr.write(`countersign: ${node} cannot be started: ${fault.message}\n`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    for (const name of signals) process.off(name, forward);
    // Ended by a signal: end the same way, so that whoever started us sees the same thing.
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code ?? 1;
  });
}
