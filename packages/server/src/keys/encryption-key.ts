import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { err, ok, type Result } from '@countersign/core';
import type { Random } from '../adapters/ports.ts';

/**
 * The keys that seal all other keys. They come from the configuration, or from a file that is made once beside the
 * SQLite database. No message here may quote what it was given: it may be the key.
 */

const ENCRYPTION_KEY_BYTES = 32;

/** Keys of past years that may still be listed. */
const MAX_KEYS = 16;

/** 32 bytes are 43 characters and one `=`; of the last character only four bits carry, the other two must be zero. */
const BASE64_32_BYTES = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/** Reads one key or a list (the first seals, all open): 32 bytes each, base64. The error is for a person. */
export function parseEncryptionKeys(
  texts: string | readonly string[],
): Result<readonly Uint8Array[], string> {
  const list = typeof texts === 'string' ? [texts] : texts;
  if (list.length === 0) return err('expected at least one key');
  if (list.length > MAX_KEYS) return err(`expected at most ${MAX_KEYS} keys`);
  const keys: Uint8Array[] = [];
  for (const [at, text] of list.entries()) {
    const trimmed = text.trim();
    if (!BASE64_32_BYTES.test(trimmed)) {
      return err(`key ${at + 1} is not 32 bytes in base64 (openssl rand -base64 32 makes one)`);
    }
    keys.push(Buffer.from(trimmed, 'base64'));
  }
  return ok(keys);
}

/** Where the key of a SQLite database lies when the configuration names none. */
export function keyFilePath(databasePath: string): string {
  return `${databasePath}.key`;
}

/**
 * The key beside the database: made once, mode 0600, on disk before it is used; afterwards only ever read. A file that
 * others may read, or that does not hold a key, is refused with the remedy: a new key in its place would lock every
 * sealed key out for good. Throws when the directory cannot be written (a fault of the installation).
 */
export function keyFileBeside(databasePath: string, random: Random): Result<readonly Uint8Array[], string> {
  const path = keyFilePath(databasePath);
  return (
    readKeyFile(path) ?? makeKeyFile(path, random) ?? readKeyFile(path) ?? err(`${path}: cannot be read`)
  );
}

function readKeyFile(path: string): Result<readonly Uint8Array[], string> | undefined {
  const file = openUnless('ENOENT', path, 'r');
  if (file === undefined) return undefined;
  try {
    // Of the open file, not of the path: what is checked is what is read.
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > 1024) return err(`${path}: is not a key file`);
    if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) {
      return err(`${path}: others may read this key; run: chmod 600 ${path}`);
    }
    const keys = parseEncryptionKeys(readFileSync(file, 'utf8'));
    if (keys.ok) return keys;
    return err(
      `${path}: ${keys.error}; put the key back that belongs to this database, from where you keep a copy`,
    );
  } finally {
    closeSync(file);
  }
}

/** `undefined` when somebody else made it in the meantime. */
function makeKeyFile(path: string, random: Random): Result<readonly Uint8Array[], string> | undefined {
  const key = random.bytes(ENCRYPTION_KEY_BYTES);
  const file = openUnless('EEXIST', path, 'wx');
  if (file === undefined) return undefined;
  try {
    writeSync(file, `${Buffer.from(key).toString('base64')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncDirectory(dirname(path));
  return ok([key]);
}

/** The name of a new file is durable when its directory is; without it a power cut could take the key alone. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function openUnless(code: string, path: string, flags: string): number | undefined {
  try {
    return openSync(path, flags, 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === code) return undefined;
    throw error;
  }
}
