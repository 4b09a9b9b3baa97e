import { existsSync } from 'node:fs';
import { err, ok, type Result } from '@countersign/core';
import { createSystemRandom } from './adapters/system-random.ts';
import { exportAudit, type ExportOptions } from './audit/export.ts';
import { verifyAudit, type AuditVerdict } from './audit/verify.ts';
import { loadConfigFile } from './config/load.ts';
import type { Config } from './config/model.ts';
import { readTextFile } from './config/text-file.ts';
import { keyFileBeside, keyFilePath } from './keys/encryption-key.ts';
import { openStoredKeys } from './keys/held-key.ts';
import type { PublicJwk } from './keys/port.ts';
import { importSigningKey } from './keys/signing-key.ts';
import { openFailureMessage } from './open-failure.ts';
import type { StartFailure } from './start-failure.ts';
import { openSqliteReadOnly, type ReadOnlyDatabase } from './storage/engine/sqlite.ts';
import { listKeys, parseKey } from './storage/repositories/keys.ts';

/**
 * `audit verify` and `audit export`: the trail of the configured storage, whether a `serve` owns it or not. The
 * database is opened read-only, and nothing is made that is not there: a tool that looks must leave no trace.
 */
export interface AuditStorageOptions {
  readonly configFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type StoredVerdict = Exclude<AuditVerdict, { readonly error: 'unavailable' }>;

export function verifyAuditFromStorage(
  options: AuditStorageOptions & {
    /** Checkpoints that were kept elsewhere. */
    readonly since?: string;
    /** Epoch seconds. */
    readonly now: number;
  },
): Promise<Result<StoredVerdict, StartFailure>> {
  const { since, now } = options;
  return withTrail(options, async (config, path, database) => {
    const keys = await auditKeys(config, path, database);
    if (!keys.ok) return keys;
    const { retention } = config;
    const verdict = await verifyAudit(database, {
      keys: keys.value,
      now,
      retention,
      ...(since === undefined ? {} : { since }),
    });
    return 'error' in verdict ? storageFailure(`${path} cannot be read`) : ok(verdict);
  });
}

/** Gives every line to `write`, and waits for it: a trail may be longer than memory. */
export function exportAuditFromStorage(
  { since, until, ...options }: AuditStorageOptions & ExportOptions,
  write: (line: string) => Promise<void>,
): Promise<Result<void, StartFailure>> {
  const range = { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
  return withTrail(options, async (_config, _path, database) => {
    for await (const line of exportAudit(database, range)) await write(line);
    return ok(undefined);
  });
}

async function withTrail<T>(
  options: AuditStorageOptions,
  look: (config: Config, path: string, database: ReadOnlyDatabase) => Promise<Result<T, StartFailure>>,
): Promise<Result<T, StartFailure>> {
  const loaded = await loadConfigFile({ file: options.configFile, env: options.env, readFile: readTextFile });
  if (!loaded.ok) return err({ kind: 'configuration', problems: loaded.error });
  const { storage } = loaded.value.config;
  if ('memory' in storage) return storageFailure('storage in memory leaves no trail to look at');
  const database = await openSqliteReadOnly(storage.path);
  if (!database.ok) return storageFailure(openFailureMessage(storage.path, database.error));
  try {
    return await look(loaded.value.config, storage.path, database.value);
  } finally {
    await database.value.close();
  }
}

/**
 * Public halves of the audit ring, out of what is sealed. The column that shows them is not believed: whoever can write
 * to the database could put a key of their own there, and sign a trail of their own with it.
 */
async function auditKeys(
  config: Config,
  path: string,
  database: ReadOnlyDatabase,
): Promise<Result<readonly PublicJwk[], StartFailure>> {
  const rows = await database.read(listKeys());
  if (!rows.ok) return storageFailure(`${path} cannot be read`);
  const encryptionKeys = existingKeys(config, path);
  if (!encryptionKeys.ok) return err({ kind: 'keys', message: encryptionKeys.error });
  const audit = rows.value.map(parseKey).filter(({ ring }) => ring === 'audit');
  const opened = openStoredKeys(audit, encryptionKeys.value);
  return opened.ok
    ? ok(opened.value.map(({ secret }) => importSigningKey(secret).jwk))
    : err({ kind: 'keys', message: 'the encryption key does not open the stored keys' });
}

/** Never made here: a new key opens nothing, and would lie in the way of the right one. */
function existingKeys(config: Config, path: string): Result<readonly Uint8Array[], string> {
  if (config.encryptionKeys.length > 0) return ok(config.encryptionKeys);
  const file = keyFilePath(path);
  if (!existsSync(file))
    return err(`${file}: there is no such file; without it no checkpoint can be verified`);
  return keyFileBeside(path, createSystemRandom());
}

function storageFailure(message: string): Result<never, StartFailure> {
  return err({ kind: 'storage', message });
}
