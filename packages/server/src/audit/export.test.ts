import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database } from '../storage/port.ts';
import { exportAudit, type ExportOptions } from './export.ts';
import { allRows, createTrail, meddle, type Trail } from './testing/trail.ts';

let database: Database;
let clock: { ms: number };
let trail: Trail;

beforeEach(async () => {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
  clock = { ms: 1_800_000_000_000 };
  trail = createTrail(database, clock);
});

afterEach(() => database.close());

async function exported(options?: ExportOptions): Promise<readonly Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  for await (const line of exportAudit(database, options)) {
    expect(line).not.toContain('\n');
    lines.push(JSON.parse(line) as Record<string, unknown>);
  }
  return lines;
}

describe('an export of the trail', () => {
  it('has every event, oldest first, with all that the chain is made of', async () => {
    await trail.issue();
    clock.ms += 1;
    await trail.rotateKey();
    const [issued, rotated] = await allRows(database, 'audit');
    expect(await exported()).toMatchObject([
      {
        id: issued?.['id'],
        time: '2027-01-15T08:00:00.000Z',
        event: 'token.issued',
        actor: 'org:acme',
        n: 1,
      },
      { event: 'key.rotated', detail: { ring: 'access', active: 'k1' }, n: 2, prev: issued?.['hash'] },
    ]);
    const [, line] = await exported();
    for (const column of ['salt', 'payload', 'digest', 'writer', 'hash'])
      expect(line?.[column]).toBe(rotated?.[column]);
    expect(Object.keys(line ?? {})).not.toContain('token');
  });

  it('takes what lies within the span, its beginning included and its end not', async () => {
    const at = clock.ms;
    for (let step = 0; step < 4; step += 1) {
      clock.ms = at + step * 1000;
      await trail.issue();
    }
    const times = (await exported({ since: at + 1000, until: at + 3000 })).map(({ time }) =>
      Date.parse(String(time)),
    );
    expect(times).toEqual([at + 1000, at + 2000]);
  });

  it('goes on over pages, and leaves out what was erased', async () => {
    await Promise.all(Array.from({ length: 1001 }, () => trail.issue()));
    await meddle(database, 'update audit set payload = null, salt = null where n = 1');
    const lines = await exported();
    expect(lines).toHaveLength(1001);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(1001);
    expect(lines.filter((line) => !('payload' in line))).toHaveLength(1);
  });

  it('breaks off with a fault when storage does not answer, and never looks complete', async () => {
    await trail.issue();
    const silent = { read: () => Promise.resolve({ ok: false as const, error: 'unavailable' as const }) };
    await expect(exportAudit(silent).next()).rejects.toThrow('the export is not complete');
  });
});
