import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Retention } from '../snapshot/model.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database, Unit } from '../storage/port.ts';
import { insertChange } from '../storage/repositories/changes.ts';
import { insertCheckpoint } from '../storage/repositories/checkpoints.ts';
import { insertPolicySet } from '../storage/repositories/policy-sets.ts';
import { insertReplayMark } from '../storage/repositories/replay-marks.ts';
import { STEP_ROWS } from '../storage/repositories/sweep.ts';
import { LONGEST_TOKEN_LIFE } from './retention-bounds.ts';
import { createSweeps, type SweepDeps } from './sweeps.ts';
import { allRows, AUDIT_KEYS, createTrail, meddle, QUIET, type Trail } from './testing/trail.ts';
import { verifyAudit } from './verify.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const RETENTION: Retention = {
  refusals: 14 * DAY,
  exchanges: 90 * DAY,
  audit: 400 * DAY,
  expiredTokens: 7 * DAY,
  rows: 20_000_000,
};

let database: Database;
let clock: { ms: number };
let trail: Trail;
let units: Unit[];
let warnings: string[];

beforeEach(async () => {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
  clock = { ms: 1_800_000_000_000 };
  trail = createTrail(database, clock);
  units = [];
  warnings = [];
});

afterEach(() => database.close());

const seconds = (): number => Math.floor(clock.ms / 1000);
const pass = (span: number): void => void (clock.ms += span * 1000);

function sweeper(changes: Partial<SweepDeps> = {}): () => Promise<void> {
  const sweeps = createSweeps({
    database: {
      read: (statement) => database.read(statement),
      write: (unit) => {
        units.push(unit);
        return database.write(unit);
      },
    },
    retention: RETENTION,
    maxStaleness: 5,
    current: () => [],
    clock: { now: () => clock.ms },
    logger: { ...QUIET, warn: (message) => void warnings.push(message) },
    ...changes,
  });
  return async () => {
    for (const sweep of sweeps) {
      let swept = await sweep();
      while (swept === 'more') swept = await sweep();
      expect(swept).toBe('done');
    }
  };
}

async function count(table: string, where = '1 = 1'): Promise<number> {
  const read = await database.read({
    sql: `select count(*) as n from "${table}" where ${where}`,
    parameters: [],
  });
  return read.ok ? Number(read.value[0]?.['n']) : -1;
}

describe('retention', () => {
  it('takes refusals, then grants, when they are as old as it says, and none before', async () => {
    const sweep = sweeper();
    await trail.refuse();
    await trail.issue(60);
    const left = async () => [
      await count('decision', "effect = 'deny'"),
      await count('decision', "effect = 'allow'"),
    ];
    pass(14 * DAY);
    await sweep();
    expect(await left()).toEqual([1, 1]);
    pass(1);
    await sweep();
    expect(await left()).toEqual([0, 1]);
    pass(76 * DAY);
    await sweep();
    expect(await left()).toEqual([0, 0]);
  });

  it('never takes the grant of a live token, and takes it when that has ended', async () => {
    const sweep = sweeper();
    await trail.issue(300 * DAY);
    await trail.issue(60);
    pass(100 * DAY);
    await sweep();
    expect(await count('decision')).toBe(1);
    expect(await count('token')).toBe(1);
    pass(200 * DAY + 1);
    await sweep();
    expect(await count('decision')).toBe(0);
  });

  it('takes tokens a while after they have ended', async () => {
    const sweep = sweeper();
    await trail.issue(60);
    pass(60 + 7 * DAY);
    await sweep();
    expect(await count('token')).toBe(1);
    pass(1);
    await sweep();
    expect(await count('token')).toBe(0);
  });

  it('erases what old events say and keeps their links, so that the chain is still verified', async () => {
    const sweep = sweeper();
    await meddle(
      database,
      "insert into audit (id, time, event, actor) values ('evt_00000000000000000000000000', 1, 'token.issued', 'usr_1')",
    );
    await trail.revoke(await trail.issue(60));
    await trail.rotateKey();
    const [, , before] = await allRows(database, 'audit');
    pass(400 * DAY + 1);
    await trail.issue();
    await sweep();
    const rows = await allRows(database, 'audit');
    expect(rows).toHaveLength(4);
    expect(rows[1]).toMatchObject({
      id: before?.['id'],
      digest: before?.['digest'],
      hash: before?.['hash'],
      n: 2,
    });
    for (const row of rows.slice(0, 3)) {
      expect(row).toMatchObject({
        salt: null,
        payload: null,
        detail: null,
        decision: null,
        token: null,
        organization: null,
        actor: '',
      });
    }
    expect(rows[3]?.['payload']).toBeTypeOf('string');
    const verdict = await verifyAudit(database, { keys: AUDIT_KEYS, now: seconds(), retention: RETENTION });
    expect(verdict).toMatchObject({ ok: true, events: 4, erased: 3 });
  });

  it('leaves a trail that is verified, however long the server has run', async () => {
    const sweep = sweeper();
    for (let week = 0; week < 70; week += 1) {
      const hash = await trail.issue(week % 5 === 0 ? 200 * DAY : 60);
      if (week % 3 === 0) await trail.revoke(hash);
      if (week % 7 === 0) await trail.revokeMany(`subject ${week}`);
      if (week % 4 === 0) await trail.checkpoint();
      pass(7 * DAY);
      await sweep();
      expect(
        await verifyAudit(database, { keys: AUDIT_KEYS, now: seconds(), retention: RETENTION }),
      ).toMatchObject({ ok: true });
    }
    expect(await count('decision')).toBeLessThan(70);
  });

  it('takes marks, changes, mass revocations and checkpoints when nobody needs them', async () => {
    const sweep = sweeper();
    await database.write([
      insertReplayMark('iss', 'over', seconds() - 1),
      insertReplayMark('iss', 'now', seconds()),
      insertChange('old', {}, seconds() - HOUR - 1),
      insertChange('young', {}, seconds() - HOUR),
      insertChange('newest', {}, seconds() - 5 * HOUR),
      insertCheckpoint({ id: 'chk_1', time: clock.ms - 400 * DAY * 1000 - 1, heads: '[]', signed: '' }),
      insertCheckpoint({ id: 'chk_2', time: clock.ms - 400 * DAY * 1000, heads: '[]', signed: '' }),
    ]);
    await trail.revokeMany('now');
    await sweep();
    expect((await allRows(database, 'replay_mark')).map((row) => row['mark'])).toEqual(['now']);
    expect((await allRows(database, 'change')).map((row) => row['kind'])).toEqual(['young', 'newest']);
    expect((await allRows(database, 'checkpoint')).map((row) => row['id'])).toEqual(['chk_2']);
    expect(await count('mass_revocation')).toBe(1);
    pass(LONGEST_TOKEN_LIFE + 1);
    await sweep();
    expect(await count('mass_revocation')).toBe(0);
    expect(await count('change')).toBe(1);
  });

  it('keeps a change for twice as long as a process may go without hearing of it', async () => {
    await database.write([insertChange('a', {}, seconds() - 2 * 4 * HOUR), insertChange('b', {}, seconds())]);
    await sweeper({ maxStaleness: 4 * HOUR })();
    expect(await count('change')).toBe(2);
    pass(1);
    await sweeper({ maxStaleness: 4 * HOUR })();
    expect(await count('change')).toBe(1);
  });

  it('keeps policies while they are in force, and for as long afterwards as decisions may cite them', async () => {
    await database.write([insertPolicySet('old', '{}', seconds()), insertPolicySet('new', '{}', seconds())]);
    pass(500 * DAY);
    await sweeper({ current: () => ['old', 'new'] })();
    pass(LONGEST_TOKEN_LIFE);
    const sweep = sweeper({ current: () => ['new'] });
    await sweep();
    expect(await count('policy_set')).toBe(2);
    pass(1);
    await sweep();
    expect((await allRows(database, 'policy_set')).map((row) => row['hash'])).toEqual(['new']);
  });

  it('takes the oldest rows beyond the bound, whatever their age, and never a live token or its grant', async () => {
    await Promise.all(Array.from({ length: 700 }, () => trail.issue(1)));
    pass(2);
    const live = await trail.issue(DAY);
    await sweeper({ retention: { ...RETENTION, rows: 600 } })();
    expect(await count('token')).toBe(201);
    expect(await count('token', `hash = '${Buffer.from(live).toString('base64url')}'`)).toBe(1);
    expect(await count('decision')).toBe(201);
    expect(await count('audit')).toBe(201);
    await sweeper({ retention: { ...RETENTION, rows: 0 } })();
    expect([await count('token'), await count('decision')]).toEqual([1, 1]);
    expect(warnings).toEqual(['more tokens live than max_rows allows to store; none is ended for that']);
  });

  it('takes no more than 500 rows in a unit, whatever there is to take', async () => {
    await Promise.all(Array.from({ length: 2 * STEP_ROWS + 1 }, () => trail.issue(1)));
    pass(500 * DAY);
    const marks = Array.from({ length: 2 * STEP_ROWS + 1 }, (_, at) => insertReplayMark('iss_1', `${at}`, 1));
    await database.write(marks);
    const sizes: number[] = [];
    const left = async (): Promise<number> =>
      (await count('token')) +
      (await count('decision')) +
      (await count('replay_mark')) +
      (await count('audit', 'payload is not null'));
    let before = await left();
    const sweeps = createSweeps({
      database,
      retention: RETENTION,
      maxStaleness: 5,
      current: () => [],
      clock: { now: () => clock.ms },
      logger: QUIET,
    });
    for (const sweep of sweeps) {
      for (let swept = 'more'; swept === 'more';) {
        swept = await sweep();
        const after = await left();
        sizes.push(before - after);
        before = after;
      }
    }
    expect(before).toBe(0);
    expect(Math.max(...sizes)).toBe(STEP_ROWS);
    expect(STEP_ROWS).toBe(500);
  });

  it('writes nothing when there is nothing to take', async () => {
    await trail.issue();
    await sweeper()();
    expect(units).toEqual([]);
  });

  it('stops when storage does not answer', async () => {
    const silent = () => Promise.resolve({ ok: false as const, error: 'unavailable' as const });
    const deps = {
      retention: RETENTION,
      maxStaleness: 5,
      current: () => ['p'],
      clock: { now: () => clock.ms },
      logger: QUIET,
    };
    const sweeps = createSweeps({ ...deps, database: { read: silent, write: silent } });
    expect(await Promise.all(sweeps.map((sweep) => sweep()))).toEqual(sweeps.map(() => 'unavailable'));
  });
});
