import { err, ok, type Result } from '@countersign/core';
import type { Surroundings } from './adapters/ports.ts';
import { createCheckpoints } from './audit/checkpoints.ts';
import { createDecisions } from './audit/decision-writer.ts';
import { observeDecisions } from './audit/observed-decisions.ts';
import { storePolicySets } from './audit/policy-set.ts';
import { startRetention, type RunningRetention } from './audit/retention.ts';
import type { LoadedConfig } from './config/load.ts';
import type { Config } from './config/model.ts';
import { optional } from './config/optional.ts';
import { keyFileBeside } from './keys/encryption-key.ts';
import { openKeys, type KeyRingFailure } from './keys/key-ring.ts';
import { createChangeFeed, newestSeq } from './snapshot/change-feed.ts';
import { createLiveSnapshot } from './snapshot/live-snapshot.ts';
import { openFailureMessage } from './open-failure.ts';
import { openOutside } from './open-outside.ts';
import { openSessionWorker } from './open-session-worker.ts';
import type { StartFailure } from './start-failure.ts';
import type { State } from './state.ts';
import type { Snapshot } from './snapshot/model.ts';
import { celConditions, compileWorld, conditionsFor, loadStored, type World } from './snapshot/world.ts';
import { openSqlite } from './storage/engine/sqlite.ts';
import type { Database } from './storage/port.ts';
import { startSweeping } from './sweep.ts';
import { applyChange } from './tokens/apply-change.ts';
import { loadLiveTokens, loadMassRevocations } from './tokens/load.ts';
import { createMassRevocations } from './tokens/mass-revocations.ts';
import { createLastUses } from './tokens/last-uses.ts';
import { LiveTable } from './tokens/live-table.ts';

interface OpenStateDeps extends Surroundings {
  readonly config: Config;
  /** Of the file alone. */
  readonly snapshot: Snapshot;
  /** Puts a problem into the file's terms. */
  readonly locate: LoadedConfig['locate'];
}

type Failure = Exclude<StartFailure, { readonly kind: 'listen' }>;

/**
 * Opens everything that outlives a request: the database, the key rings, the policy documents that decisions will
 * cite, the live tokens, and what runs beside the requests: the change feed, checkpoints, retention, the refresh of
 * sessions. Any of them missing means not starting, never starting without.
 */
export async function openState(deps: OpenStateDeps): Promise<Result<State, Failure>> {
  const { config, logger, metrics } = deps;
  const path = 'memory' in config.storage ? ':memory:' : config.storage.path;
  const database = await openSqlite({ path, logger, ...optional('metrics', metrics) });
  if (!database.ok) return err({ kind: 'storage', message: openFailureMessage(path, database.error) });
  const state = await fill(deps, path, database.value);
  if (!state.ok) await database.value.close();
  return state;
}

async function fill(deps: OpenStateDeps, path: string, database: Database): Promise<Result<State, Failure>> {
  const encryptionKeys = encryptionKeysOf(deps, path);
  if (!encryptionKeys.ok) return err({ kind: 'keys', message: encryptionKeys.error });
  // Before anything is read: a change that comes while it is read is heard again, and none falls in between.
  const from = await newestSeq(database);
  if (!from.ok) return err(SILENT);
  const world = await firstWorld(deps, database);
  if (!world.ok) return world;
  const keys = await openKeys({ ...deps, database, encryptionKeys: encryptionKeys.value });
  if (!keys.ok) return err(keysFailure(keys.error));
  const { snapshot } = world.value;
  const now = Math.floor(deps.clock.now() / 1000);
  const stored = await storePolicySets(database, snapshot.policySets, now);
  if (!stored.ok) return err(SILENT);
  const table = new LiveTable({ claimPaths: snapshot.claimPaths });
  const massRevocations = createMassRevocations();
  const loaded = await loadLiveTokens(database, table, deps.clock);
  const revoked = await loadMassRevocations(database, massRevocations);
  if (!loaded.ok || !revoked.ok) return err(SILENT);
  if (!loaded.value.complete) {
    deps.logger.warn('more live tokens than memory is given; the rest are looked up in storage', {
      tokens: loaded.value.tokens,
    });
  }
  const snapshots = createLiveSnapshot({ reader: database, logger: deps.logger }, world.value);
  const parts = { live: snapshots, database, table, massRevocations, keys: keys.value };
  return ok(live(deps, path, { ...parts, encryptionKeys: encryptionKeys.value }, from.value));
}

/** The file and what was created over the API; a collision of the two is the file's problem. */
async function firstWorld(
  { config, snapshot, locate }: OpenStateDeps,
  database: Database,
): Promise<Result<World, Failure>> {
  const stored = await loadStored(database);
  if (!stored.ok) return err(SILENT);
  // What the file says has been compiled already, and most have nothing else.
  if (stored.value.objects.length === 0) return ok({ file: config, ...stored.value, snapshot });
  const conditions = await conditionsFor(config, stored.value.objects, celConditions);
  const world = compileWorld(config, stored.value, conditions);
  return world.ok ? world : err({ kind: 'configuration', problems: world.error.map(locate) });
}

type Opened = Pick<State, 'live' | 'database' | 'table' | 'massRevocations' | 'keys' | 'encryptionKeys'>;

/** Starts what runs beside the requests until the state is closed. */
function live(deps: OpenStateDeps, path: string, opened: Opened, from: number): State {
  const { clock, random, logger, metrics } = deps;
  const { database, table, massRevocations, keys } = opened;
  const settings = (): Snapshot['settings'] => opened.live.current().settings;
  const retention = openRetention(deps, path, opened);
  const diskIsLow = (): boolean => retention.diskIsLow();
  const decisions = observeDecisions(createDecisions({ ...deps, database, diskIsLow }), deps);
  const outside = openOutside(opened.live, deps);
  const sessions = openSessionWorker({ ...opened, decisions, outside }, deps);
  const uses = createLastUses({ writer: database, clock, logger });
  const checkpoints = createCheckpoints({ database, ring: keys.rings.audit, clock, random, logger });
  const feed = createChangeFeed({
    reader: database,
    clock,
    logger,
    ...optional('metrics', metrics),
    get maxStaleness() {
      return settings().maxStaleness;
    },
    from,
    apply: (change) =>
      applyChange(
        { table, massRevocations, reloadKeys: keys.reload, reloadObjects: opened.live.reload },
        change,
      ),
  });
  metrics?.read('countersign_tokens_live', () => [[table.size, {}]]);
  metrics?.read('countersign_storage_disk_low', () => [[diskIsLow() ? 1 : 0, {}]]);
  const stopSweeping = startSweeping(table, clock);
  const close = async (): Promise<void> => {
    stopSweeping();
    feed.close();
    await sessions.close();
    await uses.close();
    await retention.close();
    await checkpoints.close();
    await database.close();
  };
  return { ...opened, decisions, outside, uses, feed, close };
}

function openRetention(
  { clock, logger }: Surroundings,
  path: string,
  { database, live: { current } }: Opened,
): RunningRetention {
  return startRetention({
    database,
    get retention() {
      return current().settings.retention;
    },
    get maxStaleness() {
      return current().settings.maxStaleness;
    },
    current: () => [...current().policySets.keys()],
    clock,
    logger,
    ...(path === ':memory:' ? {} : { path }),
  });
}

const SILENT: Failure = { kind: 'storage', message: 'storage does not answer' };

function keysFailure(failure: KeyRingFailure): Failure {
  switch (failure) {
    case 'does_not_open':
      return {
        kind: 'keys',
        message: 'the encryption key does not open the stored keys; give the one that sealed them',
      };
    case 'unavailable':
      return SILENT;
  }
}

function encryptionKeysOf(deps: OpenStateDeps, path: string): Result<readonly Uint8Array[], string> {
  if (deps.config.encryptionKeys.length > 0) return ok(deps.config.encryptionKeys);
  // What is sealed in memory ends with the process, and so may its key.
  if (path === ':memory:') return ok([deps.random.bytes(32)]);
  return keyFileBeside(path, deps.random);
}
