import { err, ok, type Result } from '@countersign/core';
import { createPinoLogger, type FlushableLogger, type LineSink } from './adapters/pino-logger.ts';
import { createSystemClock } from './adapters/system-clock.ts';
import { createSystemRandom } from './adapters/system-random.ts';
import { createFileWatch, type FileWatch } from './adapters/file-watch.ts';
import type { Logger, Surroundings } from './adapters/ports.ts';
import { compose } from './compose.ts';
import { loadConfigFile, type ConfigFinding } from './config/load.ts';
import type { Config } from './config/model.ts';
import { optional } from './config/optional.ts';
import { readTextFile } from './config/text-file.ts';
import type { GatewayTransport } from './gateway/transport/node-http.ts';
import { openListeners, type Listeners } from './listeners.ts';
import { openMetrics } from './open-metrics.ts';
import { openState } from './open-state.ts';
import type { State } from './state.ts';
import { openTracing } from './open-tracing.ts';
import { createReloader } from './reload.ts';
import { compileSnapshot } from './snapshot/compile.ts';
import type { StartFailure } from './start-failure.ts';

/**
 * READ FIRST. The composition root: configuration → snapshot → state → deps → app → listen → drain. Everything that
 * the server takes from the world is chosen here and nowhere else.
 */
export interface StartOptions {
  readonly configFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where log lines go; default: standard error. */
  readonly logDestination?: number | LineSink;
  /** Whether somebody reads the log on a terminal. */
  readonly terminal?: boolean;
  /** Of the program, for whoever looks on. */
  readonly version?: string;
}

export interface RunningServer {
  /** `url` of the configuration. */
  readonly url: string;
  /** `host:port` as bound. */
  readonly address: string;
  /** The same of the API, where it has an address of its own. */
  readonly apiAddress?: string;
  /** The same of the metrics, where there are any. */
  readonly metricsAddress?: string;
  /** Reads the configuration again, now: what is good is in force afterwards, what is not is in the log. */
  reload(): Promise<void>;
  /** Stops accepting, finishes what is under way, then closes storage. */
  close(): Promise<void>;
}

export async function startServer(options: StartOptions): Promise<Result<RunningServer, StartFailure>> {
  const files = new Set<string>();
  const load = () => loadFrom(options, files);
  const loaded = await load();
  if (!loaded.ok) return err({ kind: 'configuration', problems: loaded.error });
  const { config, findings } = loaded.value;
  const compiled = compileSnapshot(config, loaded.value);
  if (!compiled.ok) {
    return err({ kind: 'configuration', problems: compiled.error.map(loaded.value.locate) });
  }
  const logger = loggerOf(config, options);
  warnOf(findings, logger);
  const clock = createSystemClock((milliseconds) => logger.warn('the clock was set', { milliseconds }));
  const random = createSystemRandom();
  const { locate } = loaded.value;
  const { version = 'unknown' } = options;
  const observed = await openMetrics(config, compiled.value, version);
  const tracing = await openTracing(logger, version);
  const onlookers = { ...optional('metrics', observed?.metrics), ...optional('tracing', tracing) };
  const world: Surroundings = { clock, random, logger, ...onlookers };
  const state = await openState({ config, snapshot: compiled.value, locate, ...world });
  if (!state.ok) return state;
  const reloader = createReloader({ ...state.value, load, clock, logger });
  observed?.follow(state.value.live, reloader.state);
  const parts = compose(state.value, world, reloader.state);
  const listeners = await openListeners(parts, config, logger, observed);
  if (!listeners.ok) {
    await stop(parts.gateway, state.value, logger);
    return err({ kind: 'listen', message: listeners.error });
  }
  // Not before listening: the import of the upstream client takes longer than everything else at start.
  if (compiled.value.routes.length > 0) void parts.gateway.warm();
  const { address, apiAddress, metricsAddress } = listeners.value;
  const { url } = compiled.value.service;
  const others = { ...optional('apiAddress', apiAddress), ...optional('metricsAddress', metricsAddress) };
  const { configFile: file } = options;
  const lines = { api_address: apiAddress, metrics_address: metricsAddress, config: file };
  logger.info('listening', { url, address, ...lines });
  const watch = createFileWatch(() => void reload());
  const reload = async (): Promise<void> => {
    await reloader.reload();
    listeners.value.follow(state.value.live.world().file);
    watch.follow(files);
  };
  watch.follow(files);
  const stopAll = closing(listeners.value, watch, parts.gateway, state.value, logger);
  const close = (): Promise<void> => stopAll().finally(() => observed?.close());
  return ok({ url, address, ...others, reload, close });
}

function loggerOf({ log }: Config, { terminal, logDestination }: StartOptions): FlushableLogger {
  return createPinoLogger({
    level: log.level,
    format: log.format ?? (terminal === true ? 'pretty' : 'json'),
    ...optional('destination', logDestination),
  });
}

function warnOf(findings: readonly ConfigFinding[], logger: Logger): void {
  if (findings.length === 0) return;
  logger.warn('lint has warnings about the configuration; check prints them', {
    warnings: findings.length,
    rules: [...new Set(findings.map(({ rule }) => rule))].join(' '),
  });
}

/** The file and all that it names; `files` is what was read, for whoever watches them. */
function loadFrom({ configFile, env }: StartOptions, files: Set<string>): ReturnType<typeof loadConfigFile> {
  files.clear();
  const readFile = (path: string): ReturnType<typeof readTextFile> => {
    files.add(path);
    return readTextFile(path);
  };
  return loadConfigFile({ file: configFile, env, readFile, now: Date.now() });
}

function closing(
  listeners: Listeners,
  watch: FileWatch,
  gateway: GatewayTransport,
  state: State,
  logger: FlushableLogger,
): () => Promise<void> {
  let done: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    logger.info('draining');
    watch.close();
    const drained = listeners.close();
    await gateway.close();
    await drained;
    await stop(gateway, state, logger);
  };
  return () => (done ??= close());
}

async function stop(gateway: GatewayTransport, state: State, logger: FlushableLogger): Promise<void> {
  await gateway.close();
  await state.close();
  logger.info('stopped');
  logger.flush();
}
