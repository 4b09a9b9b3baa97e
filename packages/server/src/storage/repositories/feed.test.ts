import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MassRevocation } from '../../tokens/model.ts';
import { openSqlite } from '../engine/sqlite.ts';
import type { Database, Row, Statement } from '../port.ts';
import { changesAfter, insertChange, newestChange, parseChange } from './changes.ts';
import { checkpointsPage, insertCheckpoint, parseCheckpoint } from './checkpoints.ts';
import { insertMassRevocation, massRevocationsPage, parseMassRevocation } from './mass-revocations.ts';
import { deleteReplayMark, insertReplayMark } from './replay-marks.ts';

/** Marks, changes, mass revocations and checkpoints, as those who use them see them. */

let database: Database;

beforeAll(async () => {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
});

afterAll(() => database.close());

async function rows(statement: Statement): Promise<readonly Row[]> {
  const read = await database.read(statement);
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

const done = { ok: true, value: undefined };
const conflict = { ok: false, error: 'conflict' };

describe('a replay mark', () => {
  it('is set once for an issuer, until it is taken away', async () => {
    expect(await database.write([insertReplayMark('iss_1', 'jti', 5)])).toEqual(done);
    expect(await database.write([insertReplayMark('iss_1', 'jti', 9)])).toEqual(conflict);
    expect(await database.write([insertReplayMark('iss_2', 'jti', 5)])).toEqual(done);
    expect(await database.write([deleteReplayMark('iss_1', 'jti')])).toEqual(done);
    expect(await database.write([insertReplayMark('iss_1', 'jti', 5)])).toEqual(done);
  });

  it('undoes everything of its unit when it is there, and lets one of many at once through', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        database.write([insertChange('tried', { at }, 1), insertReplayMark('iss_1', 'raced', 5)]),
      ),
    );
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
    expect(await rows(changesAfter(0, 100))).toHaveLength(1);
  });
});

describe('the change feed', () => {
  it('numbers changes in the order of their commits, without a gap, and never gives a number twice', async () => {
    await database.write([{ sql: 'delete from "change"', parameters: [] }]);
    expect(await rows(newestChange())).toEqual([]);
    const refused = [insertChange('refused', {}, 1), insertReplayMark('iss_1', 'jti', 5)];
    await Promise.all([
      database.write([insertChange('a', { hash: 'x' }, 7), insertChange('b', [1, null], 7)]),
      database.write(refused),
      database.write([insertChange('c', 'text', 8)]),
    ]);
    const all = (await rows(changesAfter(0, 100))).map(parseChange);
    expect(all).toEqual([
      { seq: 1, kind: 'a', payload: { hash: 'x' } },
      { seq: 2, kind: 'b', payload: [1, null] },
      { seq: 3, kind: 'c', payload: 'text' },
    ]);
    expect((await rows(changesAfter(1, 1))).map(parseChange)).toEqual(all.slice(1, 2));
    expect((await rows(newestChange())).map(parseChange)).toEqual(all.slice(2));
  });

  it('does not quote a change that was damaged', () => {
    const damaged = { seq: 1, kind: 'a', payload: '{secret-text', created_at: 1 };
    expect(() => parseChange(damaged)).toThrow(/^storage: change\.payload is not JSON$/);
  });
});

describe('a mass revocation', () => {
  const one: MassRevocation = { organization: 'acme', by: 'subject', value: 'repo:acme/app', before: 100 };

  it('keeps the later time of two about the same, whichever comes first', async () => {
    await database.write([insertMassRevocation(one, 1), insertMassRevocation({ ...one, before: 50 }, 2)]);
    expect((await rows(massRevocationsPage(undefined, 10))).map(parseMassRevocation)).toEqual([one]);
    await database.write([insertMassRevocation({ ...one, before: 200 }, 3)]);
    expect(await rows(massRevocationsPage(undefined, 10))).toMatchObject([{ before: 200, created_at: 3 }]);
  });

  it('is found with all others, page by page', async () => {
    const values = ['a', 'b', 'c', 'd', 'e'];
    await database.write(
      values.flatMap((value) => [
        insertMassRevocation({ organization: 'a', by: 'issuer', value, before: 1 }, 1),
        insertMassRevocation({ organization: 'z', by: 'policy', value, before: 1 }, 1),
      ]),
    );
    const seen: MassRevocation[] = [];
    for (let after: MassRevocation | undefined; ; after = seen.at(-1)) {
      const page = (await rows(massRevocationsPage(after, 2))).map(parseMassRevocation);
      seen.push(...page);
      if (page.length < 2) break;
    }
    expect(seen).toHaveLength(11);
    expect(new Set(seen.map((row) => JSON.stringify(row))).size).toBe(11);
  });

  it('of a kind unknown to this version is a fault', () => {
    const row = { organization: 'a', kind: 'moon', value: 'v', before: 1, created_at: 1 };
    expect(() => parseMassRevocation(row)).toThrow('storage: mass_revocation.kind');
  });
});

describe('checkpoints', () => {
  it('come back oldest first, page by page', async () => {
    const all = ['chk_1', 'chk_2', 'chk_3'].map((id, time) => ({
      id,
      time,
      heads: '[]',
      signed: `s${time}`,
    }));
    await database.write(all.toReversed().map(insertCheckpoint));
    expect((await rows(checkpointsPage('', 2))).map(parseCheckpoint)).toEqual(all.slice(0, 2));
    expect((await rows(checkpointsPage('chk_2', 2))).map(parseCheckpoint)).toEqual(all.slice(2));
  });
});
