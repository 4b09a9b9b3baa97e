import { closeSync, openSync, readSync } from 'node:fs';
import { TextDecoder } from 'node:util';
import { err, ok, type Result } from '@countersign/core';

/** Bytes of the longest file that the configuration may consist of or name: `${file:/dev/zero}` has no end. */
export const MAX_FILE_BYTES = 4 * 1_048_576;

/** Reads a text file, a pipe too, up to its bound. The error is for a person; it holds no content. */
export function readTextFile(path: string): Result<string, string> {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const bytes = readBounded(file);
    if (bytes === undefined) return err(`the file has more than ${MAX_FILE_BYTES} bytes`);
    return decode(bytes);
  } catch (error) {
    return err(reason(error));
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function readBounded(file: number): Uint8Array | undefined {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const chunk = new Uint8Array(65_536);
    const read = readSync(file, chunk);
    if (read === 0) return Buffer.concat(chunks, length);
    length += read;
    if (length > MAX_FILE_BYTES) return undefined;
    chunks.push(chunk.subarray(0, read));
  }
}

function decode(bytes: Uint8Array): Result<string, string> {
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return err('the file is not UTF-8 text');
  }
}

/** A file that cannot be read is an answer, whatever the cause; anything that is no answer of the system is a fault. */
function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
    case 'EPERM':
      return 'the file may not be read';
    case 'EISDIR':
      return 'this is a directory';
    default:
      if (typeof code !== 'string') throw error;
      return `the file cannot be read (${code})`;
  }
}
