import type { Clock } from './adapters/ports.ts';
import type { TokenTable } from './tokens/token-table.ts';

/** Milliseconds between two steps, and rows looked at in each: small, so that no request waits for it. */
const INTERVAL = 1_000;
const ROWS = 2_000;

/** Seconds for which an expired token is remembered: so long a caller is told `expired` without asking storage. */
const REMEMBERED = 60;

/** Takes expired tokens out of memory, a few at a time, until the returned function is called. */
export function startSweeping(table: Pick<TokenTable, 'sweep'>, clock: Clock): () => void {
  const timer = setInterval(() => {
    table.sweep(Math.floor(clock.now() / 1000) - REMEMBERED, ROWS);
  }, INTERVAL);
  timer.unref();
  return () => clearInterval(timer);
}
