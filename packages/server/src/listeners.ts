import { ok, type Result } from '@countersign/core';
import type { Logger, Metrics } from './adapters/ports.ts';
import type { Parts } from './compose.ts';
import type { Config } from './config/model.ts';
import { listen, type ListenerSettings } from './listen.ts';
import type { Bound } from './listener/listen-on.ts';
import { listenForMetrics } from './metrics-listener.ts';
import type { OpenMetrics } from './open-metrics.ts';

/**
 * The listeners of one process: the public one and, where the API or the metrics have an address of their own, those
 * for them. They open together or not at all, follow a reload together, and drain together.
 */
export interface Listeners {
  /** `host:port` as bound. */
  readonly address: string;
  readonly apiAddress?: string;
  readonly metricsAddress?: string;
  /** Takes over what a reload has changed. */
  follow(config: Config): void;
  close(): Promise<void>;
}

/** Connections of the API's own listener: its administrators get in while the public one is full. */
const API_CONNECTIONS = 1_000;

export async function openListeners(
  { app, apiApp, certificates, malformed }: Pick<Parts, 'app' | 'apiApp' | 'certificates' | 'malformed'>,
  config: Config,
  logger: Logger,
  observed?: Pick<OpenMetrics, 'metrics' | 'exposition'>,
): Promise<Result<Listeners, string>> {
  const maxHeaderSize = config.limits.headers;
  const common = { maxHeaderSize, certificates, malformed, refused: warningOf(logger, observed?.metrics) };
  const everybody = await listen(app, { ...common, at: config.listen, ...publicSettings(config) });
  if (!everybody.ok) return everybody;
  const opened: Bound[] = [everybody.value];
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((listener) => listener.close()));
  };
  const api =
    config.apiListen && (await listen(apiApp, { ...common, at: config.apiListen, ...apiSettings(config) }));
  const metrics =
    observed &&
    config.metrics &&
    (await listenForMetrics(config.metrics.listen, observed.exposition, logger));
  for (const each of [api, metrics]) if (each?.ok) opened.push(each.value);
  for (const each of [api, metrics]) {
    if (!each || each.ok) continue;
    await close();
    return each;
  }
  observed?.metrics.read('countersign_connections_open', () => [
    [everybody.value.open(), { listener: 'public' }] as const,
    [api?.ok ? api.value.open() : 0, { listener: 'api' }] as const,
  ]);
  return ok({
    address: everybody.value.address,
    ...(api?.ok && { apiAddress: api.value.address }),
    ...(metrics?.ok && { metricsAddress: metrics.value.address }),
    follow(now) {
      everybody.value.follow(publicSettings(now));
      if (api?.ok) api.value.follow(apiSettings(now));
    },
    close,
  });
}

function publicSettings({ limits, tls }: Config): ListenerSettings {
  return { maxConnections: limits.connections, tls };
}

function apiSettings({ tls }: Config): ListenerSettings {
  return { maxConnections: API_CONNECTIONS, tls };
}

/** Milliseconds between two lines about connections that were refused: a flood must not be one of lines, too. */
const QUIET = 60_000;

function warningOf(logger: Logger, metrics: Metrics | undefined): () => void {
  let refused = 0;
  let isQuiet = false;
  const tell = (): void => {
    logger.warn('connections were refused: as many as limits.connections are open', { refused });
    refused = 0;
    isQuiet = true;
    setTimeout(() => {
      isQuiet = false;
      if (refused > 0) tell();
    }, QUIET).unref();
  };
  return () => {
    metrics?.count('countersign_connections_refused_total', {});
    refused += 1;
    if (!isQuiet) tell();
  };
}
