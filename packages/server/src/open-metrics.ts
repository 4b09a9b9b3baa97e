import type { ConfiguredNames } from './adapters/metric-labels.ts';
import type { Metrics } from './adapters/ports.ts';
import type { Config } from './config/model.ts';
import type { LiveSnapshot } from './snapshot/live-snapshot.ts';
import type { Snapshot } from './snapshot/model.ts';

/** What is measured, where the configuration says that somebody looks. Elsewhere nothing of it is even loaded. */
export interface OpenMetrics {
  readonly metrics: Metrics;
  /** What Prometheus reads, and its media type. */
  readonly exposition: Exposition;
  /** From now on the names of what is in force are those that labels may have. */
  follow(live: Pick<LiveSnapshot, 'current'>, config: () => 'current' | 'stale'): void;
  close(): void;
}

export interface Exposition {
  readonly contentType: string;
  readonly text: () => Promise<string>;
}

/** `first`: what is in force until somebody says {@link OpenMetrics.follow}. `version`: of the program. */
export async function openMetrics(
  config: Config,
  first: Snapshot,
  version: string,
): Promise<OpenMetrics | undefined> {
  if (!config.metrics) return undefined;
  const [{ CONTENT_TYPE, createPrometheusMetrics }, { measureProcess }] = await Promise.all([
    import('./adapters/prometheus-metrics.ts'),
    import('./adapters/process-metrics.ts'),
  ]);
  let current = (): Snapshot => first;
  const metrics = createPrometheusMetrics(() => namesOf(current()));
  metrics.read('countersign_build_info', () => [[1, { version, node: process.versions.node }]]);
  metrics.read('countersign_config_info', () => [[1, { hash: current().version }]]);
  const close = measureProcess(metrics);
  return {
    metrics,
    exposition: { contentType: CONTENT_TYPE, text: () => metrics.text() },
    follow(live, state) {
      current = live.current;
      metrics.read('countersign_config_last_reload_successful', () => [[state() === 'current' ? 1 : 0, {}]]);
    },
    close,
  };
}

const NAMES = new WeakMap<Snapshot, ConfiguredNames>();

/** Made once for a snapshot. An issuer is called what its decisions call it. */
function namesOf(snapshot: Snapshot): ConfiguredNames {
  const known = NAMES.get(snapshot);
  if (known) return known;
  const organizations = [...snapshot.organizations.values()];
  const issuers = organizations.flatMap(({ name, issuersById }) =>
    [...issuersById.values()].map((issuer) => [issuer.id, `${name}/${issuer.name}`] as const),
  );
  const providers = [...snapshot.identityProvidersById.values()].map(({ id, name }) => [id, name] as const);
  const names: ConfiguredNames = {
    route: new Map(snapshot.routes.map(({ name }) => [name, name])),
    organization: new Map(organizations.map(({ name }) => [name, name])),
    issuer: new Map([...issuers, ...providers]),
  };
  NAMES.set(snapshot, names);
  return names;
}
