import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Statement } from '../storage/port.ts';
import type { UnlinkedRow } from '../storage/repositories/audit-events.ts';
import { rowDigest } from '../storage/repositories/row-digest.ts';
import type { AuditEvent } from './model.ts';
import { readPayload, SALT_BYTES, sealEvent } from './sealed-event.ts';

const EVENT: AuditEvent = {
  event: 'key.rotated',
  time: 5,
  decision: 'dec_1',
  token: 'tok_1',
  detail: { b: 1, a: ['x'] },
  actor: 'usr_1',
  organization: 'acme',
};
const SALT = Uint8Array.from({ length: SALT_BYTES }, (_, at) => at);

/** The columns that a sealed event gives, by their names in the statement. */
function columnsOf({ sql, parameters }: Statement): UnlinkedRow & { payload: string; salt: string } {
  const names = (/\((.*?)\)/.exec(sql)?.[1] ?? '').split(', ').map((name) => name.slice(1, -1));
  expect(names.slice(-4)).toEqual(['writer', 'n', 'prev', 'hash']);
  return Object.fromEntries(parameters.map((value, at) => [names[at], value])) as never;
}

const unlinked = { writer: null, n: null, prev: null, hash: null };

describe('a sealed event', () => {
  it('has the SHA-256 of salt and payload as its link, and leaves its place in the chain to the engine', () => {
    const statement = sealEvent('evt_1', EVENT, [], SALT);
    const { salt, payload, digest } = columnsOf(statement);
    const expected = createHash('sha256').update(salt).update(payload).digest('base64url');
    expect([statement.link, digest]).toEqual([expected, expected]);
    expect(Buffer.from(salt, 'base64url').equals(SALT)).toBe(true);
  });

  it('says in its payload everything that its columns say, and is read back by them alone', () => {
    const row = { ...columnsOf(sealEvent('evt_1', EVENT, [], SALT)), ...unlinked };
    expect(readPayload(row)).toMatchObject({ ...EVENT, id: 'evt_1', detail: '{"b":1,"a":["x"]}' });
    for (const column of ['id', 'event', 'actor', 'decision', 'token', 'organization', 'detail'] as const) {
      expect(readPayload({ ...row, [column]: 'other' })).toBeUndefined();
    }
    expect(readPayload({ ...row, time: 6 })).toBeUndefined();
    expect(readPayload({ ...row, payload: '[]' })).toBeUndefined();
    expect(readPayload({ ...row, payload: 'not JSON' })).toBeUndefined();
  });

  it('says nothing of what is absent', () => {
    const statement = sealEvent('evt_1', { event: 'key.revoked', time: 1, actor: 'a' }, [], SALT);
    const row = columnsOf(statement);
    expect(JSON.parse(row.payload)).toEqual({
      v: 1,
      id: 'evt_1',
      event: 'key.revoked',
      time: 1,
      actor: 'a',
      rows: {},
    });
    expect([row.decision, row.token, row.organization, row.detail]).toEqual([null, null, null, null]);
  });
});

describe('the digest of a row', () => {
  const COLUMNS = ['a', 'b', 'c'];
  const digest = (row: readonly (string | number | null)[]) => rowDigest(COLUMNS, (at) => row[at] ?? null);
  const value = fc.oneof(
    fc.constantFrom<(string | number | null)[]>(null, 1, 11, '1', '', 'a s1 1;', ';b i 1', '1;b i 1'),
    fc.string({ unit: fc.constantFrom('a', 'b', ' ', ';', '1', 's', 'i') }),
  );
  const row = fc.tuple(value, value, value);

  it('is the same for two rows only when they are', () => {
    fc.assert(
      fc.property(row, row, (one, other) => {
        expect(digest(one) === digest(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    [
      ['x;b s1 y', null, null],
      ['x', 'y', null],
    ],
    [
      ['x;b s y', null, null],
      ['x', 'y', null],
    ],
    [
      ['1', null, null],
      [1, null, null],
    ],
    [
      ['', null, null],
      [null, null, null],
    ],
  ])('of %j is not that of %j', (one, other) => {
    expect(digest(one)).not.toBe(digest(other));
  });

  it('stands when a later release adds a column, which is null in the rows of before', () => {
    const values = ['x', 7, null];
    const later = rowDigest([...COLUMNS, 'd'], (at) => values[at] ?? null);
    expect(later).toBe(digest(values));
  });

  it('tells a text that was cut in the middle of a character from none that was', () => {
    expect(digest(['\ud83d', null, null])).not.toBe(digest(['\ud83d\ude00', null, null]));
  });
});
