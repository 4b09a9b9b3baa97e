import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { measureProcess } from './process-metrics.ts';
import { recordMetrics } from './testing/metric-record.ts';

it('knows what the process needs, and how late its event loop is', async () => {
  const metrics = recordMetrics();
  const { valuesOf } = metrics;
  const close = measureProcess(metrics);
  try {
    expect(valuesOf('process_resident_memory_bytes')['']).toBeGreaterThan(1e6);
    expect(valuesOf('nodejs_heap_used_bytes')['']).toBeGreaterThan(1e5);
    expect(valuesOf('process_start_time_seconds')['']).toBeGreaterThan(1e9);
    const before = valuesOf('process_cpu_seconds_total')[''] ?? NaN;
    await wait(60);
    // Busy for longer than two looks of the watch are apart.
    for (const until = performance.now() + 120; performance.now() < until;);
    await wait(60);
    expect(valuesOf('process_cpu_seconds_total')['']).toBeGreaterThan(before);
    expect(valuesOf('nodejs_eventloop_lag_seconds')['max']).toBeGreaterThan(0.05);
    // Asked again, it speaks of what has been since.
    expect(valuesOf('nodejs_eventloop_lag_seconds')).toEqual({ mean: 0, p99: 0, max: 0 });
  } finally {
    close();
  }
});

it('adds up the time of garbage collections', async () => {
  const metrics = recordMetrics();
  const { valuesOf } = metrics;
  const close = measureProcess(metrics);
  try {
    await expect
      .poll(async () => {
        Array.from({ length: 200_000 }, (_, at) => ({ at }));
        await wait(1);
        return valuesOf('nodejs_gc_pause_seconds_total')['minor'];
      })
      .toBeGreaterThan(0);
  } finally {
    close();
  }
});
