import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * Tells when any of some files has changed. It watches their directories: editors and orchestrators replace a file by
 * renaming another over it (Kubernetes a symbolic link), and a watch of the old file would hear nothing of the new one.
 */
export interface FileWatch {
  /** From now on these, and no others. */
  follow(files: Iterable<string>): void;
  close(): void;
}

/** Milliseconds without a change before it is told of: whoever writes several files is not heard in the middle. */
const QUIET = 200;

/** Directories watched at once. */
export const MAX_DIRECTORIES = 64;

export function createFileWatch(changed: () => void): FileWatch {
  const watchers = new Map<string, FSWatcher>();
  let names: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  let timer: NodeJS.Timeout | undefined;

  const heard = (directory: string, name: string | null): void => {
    // Kubernetes swaps `..data`, on which every file of the directory hangs.
    if (name !== null && name !== '..data' && !names.get(directory)?.has(name)) return;
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET);
    timer.unref();
  };
  const open = (directory: string): void => {
    try {
      const watcher = watch(directory, { persistent: false }, (_event, name) => heard(directory, name));
      // A directory that goes away is not watched any more; the next reload looks for it again.
      watcher.on('error', () => forget(directory));
      watchers.set(directory, watcher);
    } catch {
      // It cannot be watched, or is not there: SIGHUP reads it all the same.
    }
  };
  const forget = (directory: string): void => {
    watchers.get(directory)?.close();
    watchers.delete(directory);
  };
  return {
    follow(files) {
      names = byDirectory(files);
      for (const directory of watchers.keys()) if (!names.has(directory)) forget(directory);
      for (const directory of names.keys()) {
        if (!watchers.has(directory) && watchers.size < MAX_DIRECTORIES) open(directory);
      }
    },
    close() {
      clearTimeout(timer);
      for (const directory of watchers.keys()) forget(directory);
    },
  };
}

function byDirectory(files: Iterable<string>): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>();
  for (const file of files) {
    const directory = dirname(file);
    const known = names.get(directory) ?? new Set();
    names.set(directory, known.add(basename(file)));
  }
  return names;
}
