import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { boundedLabels, isConfigured, type ConfiguredNames } from './metric-labels.ts';
import { METRICS, type MetricDefinition, type MetricName } from './metric-list.ts';
import type { Metrics } from './ports.ts';

/**
 * The metrics for Prometheus. The one file that knows the library, and loaded only where `metrics` is configured:
 * nobody else pays for it. What has left the configuration is forgotten with the next look, so that there are never
 * more series than the configuration in force has names, times the values of lists.
 */
export interface PrometheusMetrics extends Metrics {
  /** What Prometheus reads: text of version 0.0.4. */
  text(): Promise<string>;
}

export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** `names`: of the configuration in force, another object whenever it is another configuration. */
export function createPrometheusMetrics(names: () => ConfiguredNames): PrometheusMetrics {
  const registry = new Registry();
  const series = new Map(
    entriesOf(METRICS).map(([name, definition]) => [name, make(name, definition, registry)]),
  );
  let followed: ConfiguredNames | undefined;

  const one = (name: MetricName): Series => {
    const found = series.get(name);
    if (!found) throw new Error(`there is no metric ${name}`);
    return found;
  };
  const labels = (name: MetricName, given: object): Record<string, string> =>
    boundedLabels(METRICS[name], given as Readonly<Record<string, string>>, names());

  return {
    count: (name, given) => one(name).add(labels(name, given), 1),
    observe: (name, seconds, given) => one(name).add(labels(name, given), seconds),
    read: (name, reading) =>
      one(name).read(() => reading().map(([value, given]) => [value, labels(name, given)] as const)),
    async text() {
      const now = names();
      if (now !== followed) {
        followed = now;
        const written = writtenNames(now);
        for (const [name, each] of series)
          await each.keep((all) => isConfigured(METRICS[name], all, written));
      }
      return registry.metrics();
    },
  };
}

function entriesOf(list: typeof METRICS): readonly (readonly [MetricName, MetricDefinition])[] {
  return Object.entries(list) as [MetricName, MetricDefinition][];
}

function writtenNames({ route, organization, issuer }: ConfiguredNames) {
  return {
    route: new Set(route.values()),
    organization: new Set(organization.values()),
    issuer: new Set(issuer.values()),
  };
}

/** One metric of the library, whichever kind it is. */
interface Series {
  /** Adds to a counter, observes in a histogram. */
  add(labels: Record<string, string>, value: number): void;
  read(reading: () => readonly (readonly [value: number, labels: Record<string, string>])[]): void;
  /** Forgets the others. */
  keep(wanted: (labels: Record<string, string>) => boolean): Promise<void>;
}

function make(name: MetricName, definition: MetricDefinition, registry: Registry): Series {
  const { type, help, labels, buckets = [] } = definition;
  let collect = (): void => {};
  const options = {
    name,
    help,
    labelNames: Object.keys(labels),
    registers: [registry],
    collect: () => collect(),
  };
  const metric =
    type === 'histogram'
      ? new Histogram({ ...options, buckets: [...buckets] })
      : type === 'counter'
        ? new Counter(options)
        : new Gauge(options);
  const add: Series['add'] = (given, value) =>
    metric instanceof Histogram ? metric.observe(given, value) : metric.inc(given, value);
  return {
    add,
    read(reading) {
      collect = () => {
        metric.reset();
        for (const [value, given] of reading()) add(given, value);
      };
    },
    async keep(wanted) {
      const { values } = await metric.get();
      for (const { labels: written } of values) {
        // A histogram gives a value for each of its buckets, under one more label.
        const { le: _, ...own } = written as Record<string, string>;
        if (!wanted(own)) metric.remove(own);
      }
    },
  };
}
