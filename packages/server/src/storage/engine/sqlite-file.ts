import { closeSync, constants, fsyncSync, openSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * The files: made private, found under one name, owned by one process. Nothing here or elsewhere may open the
 * database or its lock file other than through SQLite: POSIX drops all locks that a process has on a file when that
 * process closes ANY descriptor of it.
 */

/**
 * Makes the file if it is not there, readable by its owner alone (SQLite gives its `-wal` and `-shm` the same
 * mode), and returns its real, absolute name: two names of one file must not have two locks, and SQLite would take a
 * name that begins with `file:` for a URI with options in it.
 */
export function ensurePrivateFile(path: string): string {
  try {
    // `wx` fails on a file that exists, without opening it.
    closeSync(openSync(path, 'wx', 0o600));
    syncDirectory(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return realpathSync(path);
}

/** Makes the entry of a new or renamed file survive a power failure. Windows has no such call, nor the need. */
export function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(dirname(path), constants.O_RDONLY);
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** Ownership of a database file; the operating system ends it with the process, however that ends. */
export interface FileLock {
  release(): void;
}

/** Milliseconds that one attempt blocks: a thread that waits must still be able to end with its process. */
const LOCK_ATTEMPT = 100;

/**
 * Takes the database for this process by an exclusive transaction, never committed, on an empty SQLite file beside
 * it. Waits `wait` milliseconds (blocking: for a thread of its own), then gives `undefined`. The lock file stays
 * behind when released: removing it would let two processes lock two different files of that name.
 */
export function lockFile(path: string, wait: number): FileLock | undefined {
  const lock = new DatabaseSync(ensurePrivateFile(`${path}.lock`), { timeout: Math.min(wait, LOCK_ATTEMPT) });
  const deadline = performance.now() + wait;
  try {
    while (!tryLock(lock)) {
      if (performance.now() < deadline) continue;
      lock.close();
      return undefined;
    }
    return { release: () => lock.close() };
  } catch (error) {
    lock.close();
    throw error;
  }
}

function tryLock(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (sqliteCode(error) === SQLITE_BUSY) return false;
    throw error;
  }
}

const SQLITE_BUSY = 5;

/** SQLite's primary result code (https://www.sqlite.org/rescode.html), `undefined` for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return undefined;
  return error.errcode & 0xff;
}
