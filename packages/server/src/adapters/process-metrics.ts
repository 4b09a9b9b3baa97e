import {
  constants,
  monitorEventLoopDelay,
  PerformanceObserver,
  type PerformanceEntry,
} from 'node:perf_hooks';
import type { Metrics } from './ports.ts';

/** What the process itself needs, by the names that dashboards know. Read when somebody looks; only garbage collection is followed. */

/** Milliseconds between two looks of the event loop's own watch. */
const RESOLUTION = 20;

/** The function that comes back ends it. */
export function measureProcess(metrics: Metrics): () => void {
  const startedAt = Math.floor(performance.timeOrigin / 1000);
  metrics.read('process_start_time_seconds', () => [[startedAt, {}]]);
  metrics.read('process_resident_memory_bytes', () => [[process.memoryUsage.rss(), {}]]);
  metrics.read('nodejs_heap_used_bytes', () => [[process.memoryUsage().heapUsed, {}]]);
  metrics.read('process_cpu_seconds_total', () => {
    const { user, system } = process.cpuUsage();
    return [[(user + system) / 1e6, {}]];
  });
  const stops = [measureEventLoop(metrics), measureCollections(metrics)];
  return () => {
    for (const stop of stops) stop();
  };
}

function measureEventLoop(metrics: Metrics): () => void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  metrics.read('nodejs_eventloop_lag_seconds', () => {
    // The watch counts the time between two looks, the pause that it means to make among it.
    const late = (nanoseconds: number): number =>
      Number.isNaN(nanoseconds) ? 0 : Math.max(0, nanoseconds / 1e9 - RESOLUTION / 1e3);
    const readings = [
      [late(delay.mean), { statistic: 'mean' }],
      [late(delay.percentile(99)), { statistic: 'p99' }],
      [late(delay.max), { statistic: 'max' }],
    ] as const;
    delay.reset();
    return readings;
  });
  return () => void delay.disable();
}

const KINDS = ['minor', 'major', 'incremental', 'weakcb'] as const;

const NUMBERS: Readonly<Record<(typeof KINDS)[number], number>> = {
  minor: constants.NODE_PERFORMANCE_GC_MINOR,
  major: constants.NODE_PERFORMANCE_GC_MAJOR,
  incremental: constants.NODE_PERFORMANCE_GC_INCREMENTAL,
  weakcb: constants.NODE_PERFORMANCE_GC_WEAKCB,
};

/** What node says of a collection; its types leave it out. */
interface Collection extends PerformanceEntry {
  readonly detail?: { readonly kind?: number };
}

function measureCollections(metrics: Metrics): () => void {
  const milliseconds = new Map<number, number>();
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { duration, detail } = entry as Collection;
      const kind = detail?.kind ?? 0;
      milliseconds.set(kind, (milliseconds.get(kind) ?? 0) + duration);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  metrics.read('nodejs_gc_pause_seconds_total', () =>
    KINDS.map((kind) => [(milliseconds.get(NUMBERS[kind]) ?? 0) / 1e3, { kind }]),
  );
  return () => observer.disconnect();
}
