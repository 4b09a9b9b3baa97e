import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { err, ok, type Result } from '@countersign/core';
import { QUIET } from '../audit/testing/trail.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database, Unit, WriteFailure } from '../storage/port.ts';
import { dueTokens } from '../storage/repositories/sweep.ts';
import { putLastUse } from '../storage/repositories/last-uses.ts';
import { insertToken } from '../storage/repositories/tokens.ts';
import { mint, RECORD } from './testing/fixture.ts';
import { createLastUses, MAX_USED, UNIT_ROWS, type LastUses, type LastUsesDeps } from './last-uses.ts';

/** What was to be written, unit by unit, as [id, seconds]. */
let units: (readonly (readonly unknown[])[])[];
let time: { now: number };
let fails: Result<void, WriteFailure>;
let uses: LastUses;

const start = (over: Partial<LastUsesDeps> = {}): LastUses => {
  const write = (unit: Unit): Promise<Result<void, WriteFailure>> => {
    units.push(unit.map(({ parameters: [usedAt, id] }) => [id, usedAt]));
    return Promise.resolve(fails);
  };
  return createLastUses({
    writer: { write },
    clock: { now: () => time.now },
    logger: QUIET,
    pause: 0,
    ...over,
  });
};

beforeEach(() => {
  units = [];
  time = { now: 5_500 };
  fails = ok(undefined);
});

describe('uses of tokens', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    uses = start();
  });
  afterEach(() => vi.useRealTimers());

  const minute = () => vi.advanceTimersByTimeAsync(60_000);

  it('are written once a minute, each with its first in that minute', async () => {
    uses.note('tok_1');
    time.now += 7_000;
    uses.note('tok_1');
    uses.note('tok_2');
    expect(units).toEqual([]);
    await minute();
    expect(units).toEqual([
      [
        ['tok_1', 5],
        ['tok_2', 12],
      ],
    ]);
    await minute();
    expect(units).toHaveLength(1);
    uses.note('tok_1');
    await minute();
    expect(units[1]).toEqual([['tok_1', 12]]);
  });

  it('are written when the process ends, and not afterwards', async () => {
    uses.note('tok_1');
    await uses.close();
    expect(units).toEqual([[['tok_1', 5]]]);
    uses.note('tok_2');
    await minute();
    expect(units).toHaveLength(1);
  });

  it('are bounded: those beyond it are not remembered in that minute, and are in the next', async () => {
    for (let at = 0; at <= MAX_USED; at += 1) uses.note(`tok_${at}`);
    await minute();
    expect(units.flat()).toHaveLength(MAX_USED);
    expect(Math.max(...units.map(({ length }) => length))).toBe(UNIT_ROWS);
    units = [];
    uses.note(`tok_${MAX_USED}`);
    await minute();
    expect(units).toEqual([[[`tok_${MAX_USED}`, 5]]]);
  });

  it('leave the writer to others for a moment after each unit, and not when the process ends', async () => {
    uses = start({ pause: 20 });
    const many = () => Array.from({ length: 2 * UNIT_ROWS }, (_, at) => uses.note(`tok_${at}`));
    many();
    await minute();
    expect(units).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(20);
    expect(units).toHaveLength(2);
    many();
    await uses.close();
    expect(units).toHaveLength(4);
  });

  it('are lost while storage does not answer, with one warning, and stop nobody', async () => {
    const warn = vi.fn();
    uses = start({ logger: { ...QUIET, warn } });
    fails = err('unavailable');
    for (let at = 0; at <= UNIT_ROWS; at += 1) uses.note(`tok_${at}`);
    await minute();
    expect([units.length, warn.mock.calls]).toEqual([1, [[expect.any(String), { tokens: UNIT_ROWS + 1 }]]]);
    fails = ok(undefined);
    uses.note('tok_1');
    await minute();
    expect(units[1]).toEqual([['tok_1', 5]]);
  });
});

describe('the row of a use', () => {
  let database: Database;
  beforeEach(async () => {
    const opened = await openSqlite({ path: ':memory:' });
    if (!opened.ok) throw new Error(opened.error.kind);
    database = opened.value;
    await database.write([insertToken(mint().hash, RECORD)]);
  });
  afterEach(() => database.close());

  const rows = async () => {
    const read = await database.read({ sql: 'select * from "last_use"', parameters: [] });
    return read.ok && read.value;
  };

  it('has the latest, whichever process writes last', async () => {
    for (const usedAt of [7, 9, 8]) await database.write([putLastUse(RECORD.id, usedAt)]);
    expect(await rows()).toEqual([{ id: RECORD.id, used_at: 9 }]);
  });

  it('goes with its token, and does not come when that has gone', async () => {
    await database.write([putLastUse(RECORD.id, 7)]);
    await database.write(dueTokens([RECORD.expiresAt]).remove);
    expect(await rows()).toHaveLength(1);
    await database.write(dueTokens([RECORD.expiresAt + 1]).remove);
    expect(await rows()).toEqual([]);
    await database.write([putLastUse(RECORD.id, 8)]);
    expect(await rows()).toEqual([]);
  });
});
