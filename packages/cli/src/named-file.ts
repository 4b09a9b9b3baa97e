import { err, ok, type Result } from '@countersign/core';
import type { Deps } from './deps.ts';
import { usage, type CliFailure } from './errors.ts';
import { printable } from './printable.ts';

/** A file that the command line names. What cannot be read may be a token by mistake, and is not repeated then. */
export async function readNamedFile(
  path: string,
  limit: number,
  deps: Deps,
): Promise<Result<string, CliFailure>> {
  try {
    return ok(await deps.readFile(path, limit));
  } catch (fault) {
    const name = mayBeSecret(path)
      ? 'the file (its name is not shown, since it may be a token)'
      : printable(path);
    return err(usage(`${name} cannot be read: ${reasonOf(fault)}`));
  }
}

/** A JWT, or what a random access token looks like; a path that begins at a root or has an ending is none. */
function mayBeSecret(path: string): boolean {
  return path.startsWith('eyJ') || /^[\w+=-][\w+/=-]{31,}$/.test(path);
}

/** `ENOENT: no such file or directory`: what Node puts behind it repeats the path. */
function reasonOf(fault: unknown): string {
  const reason = fault instanceof Error ? fault.message : String(fault);
  return printable(reason.replace(/, \w+( '.*')?$/s, ''));
}
