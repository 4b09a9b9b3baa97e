import { describe, expect, it, vi } from 'vitest';
import type { Unit } from '../storage/port.ts';
import { startRetention, type RetentionDeps } from './retention.ts';
import { QUIET } from './testing/trail.ts';

const RETENTION = { refusals: 1, exchanges: 1, audit: 1, expiredTokens: 1, rows: 1_000_000 };

/** A database where the first so many steps of every walk have something to take. */
function start(changes: Partial<RetentionDeps> = {}, full = 0) {
  let steps = full;
  const events: string[] = [];
  let release: (() => void) | undefined;
  const pause = (milliseconds: number, signal: AbortSignal): Promise<void> => {
    events.push(`pause ${milliseconds}`);
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      release = resolve;
      signal.addEventListener('abort', () => resolve());
    });
  };
  const retention = startRetention({
    database: {
      read: () => {
        const rows = steps > 0 ? 500 : 0;
        steps -= 1;
        return Promise.resolve({ ok: true, value: [{ rows, last: rows === 0 ? null : 'dec_1' }] });
      },
      write: (unit: Unit) => {
        events.push(`write ${unit.length}`);
        return Promise.resolve({ ok: true, value: undefined });
      },
    },
    retention: RETENTION,
    maxStaleness: 5,
    current: () => [],
    clock: { now: () => 0 },
    logger: QUIET,
    pause,
    ...changes,
  });
  const next = async (): Promise<void> => {
    await vi.waitFor(() => expect(release).toBeDefined());
    const resume = release;
    release = undefined;
    resume?.();
  };
  return { retention, events, next };
}

describe('retention beside the requests', () => {
  it('pauses after every step, so that others are written in between, and longer between rounds', async () => {
    const { retention, events, next } = start({}, 2);
    await next();
    for (let step = 0; step < 17; step += 1) await next();
    await vi.waitFor(() => expect(events.filter((event) => event === 'pause 60000')).toHaveLength(2));
    const [first, ...rest] = events;
    expect(first).toBe('pause 60000');
    for (const [at, event] of rest.entries())
      if (event.startsWith('write')) expect(rest[at + 1]).toBe('pause 20');
    expect(rest.filter((event) => event.startsWith('write'))).toHaveLength(2);
    await retention.close();
  });

  it('ends when it is closed, in the middle of its work', async () => {
    const { retention, events, next } = start({}, 1_000);
    await next();
    await next();
    await retention.close();
    const seen = events.length;
    await Promise.resolve();
    expect(events).toHaveLength(seen);
  });

  it('goes on in the next round when storage did not answer', async () => {
    const warnings: string[] = [];
    const silent = () => Promise.resolve({ ok: false as const, error: 'unavailable' as const });
    const { retention, events, next } = start({
      database: { read: silent, write: silent },
      logger: { ...QUIET, warn: (message) => void warnings.push(message) },
    });
    await next();
    // The first sweep has nothing to touch and asks nothing.
    for (let step = 0; step < 2; step += 1) await next();
    await vi.waitFor(() => expect(events.at(-1)).toBe('pause 60000'));
    expect(warnings).toEqual(['retention: storage does not answer; it goes on in a minute']);
    await retention.close();
  });

  it('says when the disk is low, at once', async () => {
    const { retention } = start({ space: () => Promise.resolve({ free: 0, size: 1 }) });
    await vi.waitFor(() => expect(retention.diskIsLow()).toBe(true));
    await retention.close();
    const another = start();
    expect(another.retention.diskIsLow()).toBe(false);
    await another.retention.close();
  });
});
