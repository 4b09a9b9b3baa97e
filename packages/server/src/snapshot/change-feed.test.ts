import { err, ok, type Result } from '@countersign/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recordMetrics } from '../adapters/testing/metric-record.ts';
import type { Reader, Row, Statement } from '../storage/port.ts';
import { changesAfter, type Change } from '../storage/repositories/changes.ts';
import {
  CHANGE_PAGE,
  createChangeFeed,
  newestSeq,
  type ChangeFeed,
  type ChangeFeedDeps,
} from './change-feed.ts';

let rows: Row[];
let now: number;
let silent: boolean;
let reads: number;
let applied: string[];
let lines: string[];
let open: ChangeFeed[];

const row = (seq: number, payload = '{}'): Row => ({ seq, kind: `kind-${seq}`, payload, created_at: 1 });

/** Rows of the table after the number that the statement names. */
const reader: Reader = {
  read: ({ parameters }: Statement) => {
    reads += 1;
    if (silent) return Promise.resolve(err('unavailable'));
    const [after = 0, limit = 1] = parameters.map(Number);
    return Promise.resolve(ok(rows.filter(({ seq }) => Number(seq) > after).slice(0, limit)));
  },
};

const log = (message: string, fields?: object): void => {
  lines.push(`${message} ${JSON.stringify(fields)}`);
};

function feedOf(changes: Partial<ChangeFeedDeps> = {}): ChangeFeed {
  const feed = createChangeFeed({
    reader,
    clock: { now: () => now },
    logger: { debug: log, info: log, warn: log, error: log },
    maxStaleness: 5,
    apply: ({ kind }: Change): Promise<Result<void, 'unavailable'>> => {
      applied.push(kind);
      return Promise.resolve(ok(undefined));
    },
    from: 0,
    ...changes,
  });
  open.push(feed);
  return feed;
}

beforeEach(() => {
  vi.useFakeTimers();
  rows = [];
  now = 1_000_000;
  silent = false;
  reads = 0;
  applied = [];
  lines = [];
  open = [];
});

afterEach(() => {
  for (const feed of open) feed.close();
  vi.useRealTimers();
});

describe('the change feed', () => {
  it('applies what is new, in its order, once', async () => {
    rows = [row(1), row(2)];
    const feed = feedOf({ from: 1 });
    await feed.poll();
    rows.push(row(3), row(4));
    await feed.poll();
    await feed.poll();
    expect(applied).toEqual(['kind-2', 'kind-3', 'kind-4']);
  });

  it('reads on until nothing is left, page by page', async () => {
    rows = Array.from({ length: 2 * CHANGE_PAGE }, (_, at) => row(at + 1));
    const feed = feedOf();
    await feed.poll();
    expect(applied).toHaveLength(2 * CHANGE_PAGE);
    expect(reads).toBe(3);
  });

  it('asks by itself, and not while it is asking', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const slow: Reader = {
      read: async (statement) => {
        const answer = await reader.read(statement);
        await gate;
        return answer;
      },
    };
    feedOf({ reader: slow });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(reads).toBe(1);
    release();
    await vi.advanceTimersByTimeAsync(250);
    expect(reads).toBe(2);
  });

  it('is stale when it has heard nothing for longer than it may, and not after it has', async () => {
    const feed = feedOf();
    now += 5000;
    expect(feed.stale()).toBe(false);
    now += 1;
    expect(feed.stale()).toBe(true);
    silent = true;
    await feed.poll();
    expect(feed.stale()).toBe(true);
    silent = false;
    await feed.poll();
    expect(feed.stale()).toBe(false);
  });

  it('has heard as of its question, however long the answer took', async () => {
    const feed = feedOf({
      reader: {
        read: (statement) => {
          now += 6000;
          return reader.read(statement);
        },
      },
    });
    await feed.poll();
    expect(feed.stale()).toBe(true);
  });

  it('has not heard while a change waits to be applied, and comes back to it', async () => {
    rows = [row(1), row(2)];
    let refuses = true;
    const feed = feedOf({
      apply: ({ kind }) => {
        applied.push(kind);
        return Promise.resolve(refuses && kind === 'kind-1' ? err('unavailable') : ok(undefined));
      },
    });
    now += 6000;
    await feed.poll();
    expect([applied, feed.stale()]).toEqual([['kind-1'], true]);
    refuses = false;
    await feed.poll();
    expect([applied, feed.stale()]).toEqual([['kind-1', 'kind-1', 'kind-2'], false]);
  });

  it.each([
    ['cannot be read', '{', () => Promise.resolve(ok(undefined))],
    ['cannot be applied', '{}', () => Promise.reject(new Error('none of ours'))],
  ])('goes on after a change that %s, and says so', async (_case, payload, apply) => {
    rows = [row(1, payload), row(2), row(3, payload)];
    const feed = feedOf({
      apply: (change) => {
        applied.push(change.kind);
        return change.seq === 2 ? Promise.resolve(ok(undefined)) : apply();
      },
    });
    await feed.poll();
    await feed.poll();
    expect(applied.filter((kind) => kind === 'kind-2')).toEqual(['kind-2']);
    // Each of the two once: what cannot be applied is not tried for ever.
    expect(lines.filter((line) => line.startsWith('a change could not be applied'))).toHaveLength(2);
  });

  it('says when changes are missing, and applies those that are there', async () => {
    rows = [row(1), row(5)];
    await feedOf().poll();
    expect(applied).toEqual(['kind-1', 'kind-5']);
    expect(lines).toEqual(['changes are missing {"after":1,"before":5}']);
  });

  it('survives a reader that throws', async () => {
    const feed = feedOf({ reader: { read: () => Promise.reject(new Error('broken')) } });
    now += 6000;
    await feed.poll();
    expect(feed.stale()).toBe(true);
    expect(lines).toEqual(['changes could not be read {"reason":"broken"}']);
  });

  it('asks nobody any more when it is closed', async () => {
    const feed = feedOf();
    feed.close();
    await vi.advanceTimersByTimeAsync(10_000);
    await feed.poll();
    expect(reads).toBe(0);
  });
});

describe('newestSeq', () => {
  const reads = (answer: Result<readonly Row[], 'unavailable'>): Reader => ({
    read: () => Promise.resolve(answer),
  });

  it('is where to begin: the last change, or before the first one', async () => {
    expect(await newestSeq(reads(ok([row(7)])))).toEqual(ok(7));
    expect(await newestSeq(reads(ok([])))).toEqual(ok(0));
    expect(await newestSeq(reads(err('unavailable')))).toEqual(err('unavailable'));
    expect(changesAfter(7, CHANGE_PAGE).parameters).toEqual([7, CHANGE_PAGE]);
  });
});

it('says how long ago it has heard everything', async () => {
  const metrics = recordMetrics();
  const feed = feedOf({ metrics });
  const lag = () => metrics.valuesOf('countersign_change_feed_lag_seconds');
  await feed.poll();
  silent = true;
  now += 2_500;
  await feed.poll();
  expect(lag()).toEqual({ '': 2.5 });
  silent = false;
  await feed.poll();
  expect(lag()).toEqual({ '': 0 });
});
