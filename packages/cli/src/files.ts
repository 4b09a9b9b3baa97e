import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, open, rename, rm } from 'node:fs/promises';
import { err, ok, type Result } from '@countersign/core';

/** Files that commands read and write: bounded, private, and never half written. */

/** A file of at most `limit` bytes as text; rejects like `node:fs`, and when it is longer. */
export async function readSmallFile(path: string, limit: number): Promise<string> {
  // As a stream: `/dev/zero` or a wrong huge file must not be read to its end first.
  const text = await readAll(createReadStream(path), limit);
  if (text === undefined) throw new Error(`more than ${limit} bytes`);
  return text;
}

/** To its end, or `undefined` when it is longer than `limit` bytes. */
export async function readAll(stream: AsyncIterable<unknown>, limit: number): Promise<string | undefined> {
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

/** Also a link that leads nowhere: writing would follow it. */
export async function fileExists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/**
 * Writes a file for its owner alone (0600). Without `replace` it must not exist; with it, the new file takes the place
 * of the old one whole, and a link is replaced, not followed. The error is `exists` or a reason for a person.
 */
export async function writePrivateFile(
  path: string,
  text: string,
  { replace }: { readonly replace: boolean },
): Promise<Result<void, string>> {
  const target = replace ? `${path}.${randomUUID()}` : path;
  try {
    const file = await open(target, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    if (replace) await rename(target, path);
    return ok(undefined);
  } catch (fault) {
    if (replace) await rm(target, { force: true });
    if (!(fault instanceof Error && 'code' in fault)) throw fault;
    return err(fault.code === 'EEXIST' ? 'exists' : fault.message);
  }
}
