import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Loaded into the measured process before its program (`--import`): once every half second it appends the p99 of the
 * event loop's delay in milliseconds, with the time, to the file that DELAY_FILE names.
 */
const RESOLUTION = 1;
const file = process.env['DELAY_FILE'];
if (file !== undefined) {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  histogram.enable();
  setInterval(() => {
    // What is recorded is the time between two firings of a timer: its own interval is no delay.
    const p99 = Math.max(0, histogram.percentile(99) / 1e6 - RESOLUTION);
    appendFileSync(file, `${Date.now()} ${p99}\n`);
    histogram.reset();
  }, 500).unref();
}
