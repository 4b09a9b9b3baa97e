import type { Result } from '@countersign/core';
import type { FlushableLogger } from './adapters/pino-logger.ts';
import { storePolicySets } from './audit/policy-set.ts';
import { formatProblem, type ConfigProblem, type LoadedConfig } from './config/load.ts';
import type { Config } from './config/model.ts';
import { optional } from './config/optional.ts';
import type { LiveSnapshot } from './snapshot/live-snapshot.ts';
import { celConditions, compileWorld, conditionsFor, type World } from './snapshot/world.ts';
import type { Database } from './storage/port.ts';
import { createTurns } from './storage/turns.ts';
import type { LiveTable } from './tokens/live-table.ts';
import { loadLiveTokens } from './tokens/load.ts';
import type { Clock } from './adapters/ports.ts';

/**
 * Reads the configuration again and puts it in force whole, or leaves the last good one standing and says why. Nothing
 * is dropped: a request goes on with the snapshot that it began with.
 */
export interface Reloader {
  /** One after the other; resolves when the file is in force or has been refused. Never rejects. */
  readonly reload: () => Promise<'current' | 'stale'>;
  /** Whether the file as it was last read is what is in force. */
  readonly state: () => 'current' | 'stale';
}

export interface ReloaderDeps {
  /** Reads the file and everything that it names. */
  readonly load: () => Promise<Result<LoadedConfig, readonly ConfigProblem[]>>;
  readonly live: LiveSnapshot;
  readonly table: LiveTable;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Pick<FlushableLogger, 'info' | 'warn' | 'error' | 'setLevel'>;
}

/** Times that it is compiled anew because something was changed over the API meanwhile. */
const ATTEMPTS = 10;

export function createReloader(deps: ReloaderDeps): Reloader {
  const inTurn = createTurns();
  let state: 'current' | 'stale' = 'current';
  const settle = (next: 'current' | 'stale'): 'current' | 'stale' => (state = next);
  return {
    state: () => state,
    reload: () =>
      inTurn(async () => {
        try {
          return settle(await reloadFile(deps));
        } catch (fault) {
          // A fault of ours: what was good stays in force, and the process with it.
          deps.logger.error('the configuration could not be reloaded', { fault: String(fault) });
          return settle('stale');
        }
      }),
  };
}

async function reloadFile(deps: ReloaderDeps): Promise<'current' | 'stale'> {
  const { live, logger } = deps;
  const loaded = await deps.load();
  if (!loaded.ok) return refused(deps, loaded.error);
  const { config, locate } = loaded.value;
  const file = withFixed(config, live.world().file, logger);
  for (let tries = 0; tries < ATTEMPTS; tries += 1) {
    const { objects, version } = live.world();
    const conditions = await conditionsFor(file, objects, celConditions);
    const next = compileWorld(file, { objects, version }, conditions);
    if (!next.ok) return refused(deps, next.error.map(locate));
    const done = await putInForce(deps, next.value);
    if (done === 'unavailable') {
      logger.error('the configuration was not reloaded: storage does not answer');
      return 'stale';
    }
    if (done === 'outdated') continue;
    logger.setLevel(file.log.level);
    logger.info('configuration reloaded', { version: next.value.snapshot.version });
    return 'current';
  }
  logger.error('the configuration was not reloaded: too much is being changed over the API');
  return 'stale';
}

function refused({ logger }: ReloaderDeps, problems: readonly ConfigProblem[]): 'stale' {
  for (const problem of problems.slice(0, MAX_SAID)) {
    logger.error('the configuration has a problem', { problem: formatProblem(problem) });
  }
  logger.error('the configuration was not reloaded; the last good one stays in force', {
    problems: problems.length,
  });
  return 'stale';
}

/** Problems that are logged one by one. */
const MAX_SAID = 20;

/** Before it is in force: the documents that decisions will cite, and the claims that its routes read. */
async function putInForce(
  { live, table, database, clock }: ReloaderDeps,
  next: World,
): Promise<'done' | 'outdated' | 'unavailable'> {
  const stored = await storePolicySets(database, next.snapshot.policySets, Math.floor(clock.now() / 1000));
  if (!stored.ok) return 'unavailable';
  const paths = (of: World): string => JSON.stringify(of.snapshot.claimPaths);
  if (paths(next) === paths(live.world())) return live.replaceFile(next) ? 'done' : 'outdated';
  const prepared = await table.prepare(next.snapshot.claimPaths, (into) =>
    loadLiveTokens(database, into, clock),
  );
  if (!prepared.ok) return 'unavailable';
  // In one turn: no request sees the routes of one and the claims of the other.
  if (!live.replaceFile(next)) return 'outdated';
  prepared.value();
  return 'done';
}

/** What was opened with the old values, and stays open. */
function withFixed(config: Config, old: Config, logger: ReloaderDeps['logger']): Config {
  const changed = Object.entries({
    listen: [config.listen, old.listen],
    api_listen: [config.apiListen, old.apiListen],
    metrics: [config.metrics, old.metrics],
    // Whether connections begin with a handshake, and whether it asks for a certificate, is settled with the listener.
    tls: [config.tls === undefined, old.tls === undefined],
    'tls.client_ca': [config.tls?.clientCa === undefined, old.tls?.clientCa === undefined],
    storage: [config.storage, old.storage],
    encryption_key: [keysText(config), keysText(old)],
    'limits.headers': [config.limits.headers, old.limits.headers],
    'log.format': [config.log.format, old.log.format],
  }).filter(([, [one, other]]) => JSON.stringify(one) !== JSON.stringify(other));
  for (const [key] of changed) {
    logger.warn('this setting needs a restart; the old value stays in force', { setting: key });
  }
  const { listen, storage, encryptionKeys } = old;
  const limits = { ...config.limits, headers: old.limits.headers };
  const { format } = old.log;
  const log = { level: config.log.level, ...(format === undefined ? {} : { format }) };
  const { apiListen: _, metrics: __, tls: ___, ...rest } = config;
  const reached = {
    ...optional('apiListen', old.apiListen),
    ...optional('metrics', old.metrics),
    ...optional('tls', tlsNow(config.tls, old.tls)),
  };
  return { ...rest, ...reached, listen, storage, encryptionKeys, limits, log };
}

/** The new certificates; where it would need a restart, the old ones. */
function tlsNow(now: Config['tls'], old: Config['tls']): Config['tls'] {
  return (now?.clientCa === undefined) === (old?.clientCa === undefined) && now && old ? now : old;
}

/** Compared and dropped; never logged. */
function keysText({ encryptionKeys }: Config): string {
  return encryptionKeys.map((key) => Buffer.from(key).toString('base64')).join();
}
