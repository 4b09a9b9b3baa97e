import { existsSync } from 'node:fs';
import { err, ok, type Result } from '@countersign/core';
import { createPinoLogger } from './adapters/pino-logger.ts';
import { createSystemClock } from './adapters/system-clock.ts';
import { createSystemRandom } from './adapters/system-random.ts';
import { createDecisions } from './audit/decision-writer.ts';
import { loadConfigFile } from './config/load.ts';
import type { Config } from './config/model.ts';
import { readTextFile } from './config/text-file.ts';
import { keyFileBeside } from './keys/encryption-key.ts';
import { resetKeys } from './keys/key-admin.ts';
import { openFailureMessage } from './open-failure.ts';
import type { StartFailure } from './start-failure.ts';
import { openSqlite } from './storage/engine/sqlite.ts';
import type { Database } from './storage/port.ts';

/**
 * `keys reset`: every ring made anew, for whoever has lost the encryption key. It takes the database as `serve` does,
 * exclusively, so that no running server goes on signing with keys that storage no longer holds; and it never makes a
 * database, which would only hide that the configuration names the wrong one.
 */
export async function resetKeysOfStorage(options: {
  readonly configFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Promise<Result<void, StartFailure>> {
  const loaded = await loadConfigFile({ file: options.configFile, env: options.env, readFile: readTextFile });
  if (!loaded.ok) return err({ kind: 'configuration', problems: loaded.error });
  const { storage } = loaded.value.config;
  if ('memory' in storage) return storageFailure('storage in memory has no keys to reset');
  if (!existsSync(storage.path)) return storageFailure(`${storage.path}: there is no such database`);
  const database = await openSqlite({ path: storage.path, lockWait: LOCK_WAIT });
  if (!database.ok)
    return storageFailure(
      database.error.kind === 'locked' ? LOCKED : openFailureMessage(storage.path, database.error),
    );
  try {
    return await reset(loaded.value.config, storage.path, database.value);
  } finally {
    await database.value.close();
  }
}

/** Milliseconds: a server that runs will not end because somebody waits. */
const LOCK_WAIT = 500;

const LOCKED = 'a server runs on this database; stop it first';

async function reset(config: Config, path: string, database: Database): Promise<Result<void, StartFailure>> {
  const random = createSystemRandom();
  const clock = createSystemClock(() => undefined);
  // Above what is ever written: the command line says itself what was done.
  const logger = createPinoLogger({ level: 'error', format: 'json' });
  const encryptionKeys =
    config.encryptionKeys.length > 0 ? ok(config.encryptionKeys) : keyFileBeside(path, random);
  if (!encryptionKeys.ok) return err({ kind: 'keys', message: encryptionKeys.error });
  const done = await resetKeys({
    reader: database,
    decisions: createDecisions({ database, clock, random, logger }),
    encryptionKeys: encryptionKeys.value,
    clock,
    random,
    actor: 'command-line',
  });
  logger.flush();
  return done.ok ? done : storageFailure(`${path} does not take the new keys`);
}

function storageFailure(message: string): Result<never, StartFailure> {
  return err({ kind: 'storage', message });
}
