import { err, ok, type Result } from '@countersign/core';
import type { Clock, Logger, Random } from './adapters/ports.ts';
import { storePolicySets } from './audit/policy-set.ts';
import type { Config } from './config/model.ts';
import { keyFileBeside } from './keys/encryption-key.ts';
import { openKeys } from './keys/key-ring.ts';
import type { Keys } from './keys/port.ts';
import type { StartFailure } from './start-failure.ts';
import type { Snapshot } from './snapshot/model.ts';
import { openSqlite, type OpenFailure } from './storage/engine/sqlite.ts';
import type { Database } from './storage/port.ts';
import { startSweeping } from './sweep.ts';
import { loadLiveTokens } from './tokens/load.ts';
import { TokenTable } from './tokens/token-table.ts';

/**
 * Opens everything that outlives a request: the database, the key rings, the policy documents that decisions will
 * cite, the live tokens. Any of them missing means not starting, never starting without.
 */
export interface State {
  readonly database: Database;
  readonly keys: Keys;
  readonly table: TokenTable;
  /** Finishes what is queued, then closes. */
  close(): Promise<void>;
}

interface OpenStateDeps {
  readonly config: Config;
  readonly snapshot: Snapshot;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

type Failure = Extract<StartFailure, { readonly message: string }>;

export async function openState(deps: OpenStateDeps): Promise<Result<State, Failure>> {
  const { config, logger } = deps;
  const path = 'memory' in config.storage ? ':memory:' : config.storage.path;
  const database = await openSqlite({ path, logger });
  if (!database.ok) return err({ kind: 'storage', message: storageMessage(path, database.error) });
  const state = await fill(deps, path, database.value);
  if (!state.ok) await database.value.close();
  return state;
}

async function fill(deps: OpenStateDeps, path: string, database: Database): Promise<Result<State, Failure>> {
  const encryptionKeys = encryptionKeysOf(deps, path);
  if (!encryptionKeys.ok) return err({ kind: 'keys', message: encryptionKeys.error });
  const { clock, random } = deps;
  const keys = await openKeys({ database, encryptionKeys: encryptionKeys.value, clock, random });
  if (!keys.ok) {
    return err(
      keys.error === 'does_not_open'
        ? {
            kind: 'keys',
            message: 'the encryption key does not open the stored keys; give the one that sealed them',
          }
        : { kind: 'storage', message: 'storage does not answer' },
    );
  }
  const now = Math.floor(clock.now() / 1000);
  const stored = await storePolicySets(database, deps.snapshot.policySets, now);
  if (!stored.ok) return err({ kind: 'storage', message: 'storage does not answer' });
  const table = new TokenTable();
  const loaded = await loadLiveTokens(database, table, clock);
  if (!loaded.ok) return err({ kind: 'storage', message: 'storage does not answer' });
  if (!loaded.value.complete) {
    deps.logger.warn('more live tokens than memory is given; the rest are looked up in storage', {
      tokens: loaded.value.tokens,
    });
  }
  const stopSweeping = startSweeping(table, clock);
  const close = (): Promise<void> => {
    stopSweeping();
    return database.close();
  };
  return ok({ database, keys: keys.value, table, close });
}

function encryptionKeysOf(deps: OpenStateDeps, path: string): Result<readonly Uint8Array[], string> {
  if (deps.config.encryptionKeys.length > 0) return ok(deps.config.encryptionKeys);
  // What is sealed in memory ends with the process, and so may its key.
  if (path === ':memory:') return ok([deps.random.bytes(32)]);
  return keyFileBeside(path, deps.random);
}

function storageMessage(path: string, failure: OpenFailure): string {
  switch (failure.kind) {
    case 'locked':
      return `${path} belongs to another running serve`;
    case 'newer_schema':
      return `${path} was written by a newer version`;
    case 'not_a_database':
      return `${path} is not a database of countersign`;
    case 'unusable':
      return `${path} cannot be used: ${failure.message}`;
  }
}
