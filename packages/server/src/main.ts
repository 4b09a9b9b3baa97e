import { err, ok, type Result } from '@countersign/core';
import { createPinoLogger, type FlushableLogger, type LineSink } from './adapters/pino-logger.ts';
import { createSystemClock } from './adapters/system-clock.ts';
import { createSystemRandom } from './adapters/system-random.ts';
import { createFileWatch, type FileWatch } from './adapters/file-watch.ts';
import { compose } from './compose.ts';
import { loadConfigFile } from './config/load.ts';
import { readTextFile } from './config/text-file.ts';
import type { GatewayTransport } from './gateway/transport/node-http.ts';
import { listen, type Listener } from './listen.ts';
import { openState, type State } from './open-state.ts';
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
}

export interface RunningServer {
  /** `url` of the configuration. */
  readonly url: string;
  /** `host:port` as bound. */
  readonly address: string;
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
  const logger = createPinoLogger({
    level: config.log.level,
    format: config.log.format ?? (options.terminal === true ? 'pretty' : 'json'),
    ...(options.logDestination === undefined ? {} : { destination: options.logDestination }),
  });
  if (findings.length > 0)
    logger.warn('lint has warnings about the configuration; check prints them', {
      warnings: findings.length,
      rules: [...new Set(findings.map(({ rule }) => rule))].join(' '),
    });
  const clock = createSystemClock((milliseconds) => logger.warn('the clock was set', { milliseconds }));
  const random = createSystemRandom();
  const { locate } = loaded.value;
  const state = await openState({ config, snapshot: compiled.value, locate, clock, random, logger });
  if (!state.ok) return state;
  const reloader = createReloader({ ...state.value, load, clock, logger });
  const parts = compose(state.value, { clock, random, logger }, reloader.state);
  const listener = await listen(parts.app, { ...config.listen, maxHeaderSize: config.limits.headers });
  if (!listener.ok) {
    await stop(parts.gateway, state.value, logger);
    return err({ kind: 'listen', message: listener.error });
  }
  // Not before listening: the import of the upstream client takes longer than everything else at start.
  if (compiled.value.routes.length > 0) void parts.gateway.warm();
  logger.info('listening', {
    url: compiled.value.service.url,
    address: listener.value.address,
    config: options.configFile,
  });
  const watch = createFileWatch(() => void reload());
  const reload = async (): Promise<void> => {
    await reloader.reload();
    watch.follow(files);
  };
  watch.follow(files);
  const parked = { url: compiled.value.service.url, address: listener.value.address, reload };
  return ok({ ...parked, close: closing(listener.value, watch, parts.gateway, state.value, logger) });
}

/** The file and all that it names; `files` is what was read, for whoever watches them. */
function loadFrom({ configFile, env }: StartOptions, files: Set<string>): ReturnType<typeof loadConfigFile> {
  files.clear();
  const readFile = (path: string): ReturnType<typeof readTextFile> => {
    files.add(path);
    return readTextFile(path);
  };
  return loadConfigFile({ file: configFile, env, readFile });
}

function closing(
  listener: Listener,
  watch: FileWatch,
  gateway: GatewayTransport,
  state: State,
  logger: FlushableLogger,
): () => Promise<void> {
  let done: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    logger.info('draining');
    watch.close();
    const drained = listener.close();
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
