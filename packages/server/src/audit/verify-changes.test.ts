import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database, Row, SqlValue } from '../storage/port.ts';
import { allRows, AUDIT_KEYS, createTrail, meddle, writeTrail, type Trail } from './testing/trail.ts';
import { verifyAudit, type AuditVerdict } from './verify.ts';

const DAY = 24 * 3600;
const RETENTION = { exchanges: 90 * DAY, audit: 400 * DAY, rows: 20_000_000 };

let database: Database;
let clock: { ms: number };
let trail: Trail;

async function open(): Promise<Database> {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  return opened.value;
}

beforeEach(async () => {
  clock = { ms: 1_800_000_000_000 };
  database = await open();
  trail = createTrail(database, clock);
});

afterEach(() => database.close());

const verify = (): Promise<AuditVerdict> =>
  verifyAudit(database, { keys: AUDIT_KEYS, now: Math.floor(clock.ms / 1000), retention: RETENTION });

const whatBroke = async (): Promise<string | undefined> => {
  const verdict = await verify();
  return verdict.ok ? undefined : verdict.broken?.what;
};

/** Other values of the same type, and null for what is not. */
function others(value: SqlValue): readonly SqlValue[] {
  if (value === null) return ['x', 1];
  if (typeof value === 'number') return [value + 1, value - 1, null];
  const text = String(value);
  const first = text.startsWith('A') ? 'B' : 'A';
  // The last character of base64url holds bits that a lenient decoder drops.
  const last = text.endsWith('A') ? 'B' : 'A';
  return [first + text.slice(1), text.slice(0, -1) + last, `${text}A`, text.slice(0, -1), '', null];
}

/** Another character where it begins, whichever that was. */
function otherBeginning(column: string): string {
  return `case when substr(${column}, 1, 1) = 'A' then 'B' else 'A' end || substr(${column}, 2)`;
}

describe('a trail that was changed', () => {
  const TABLES = ['audit', 'token', 'decision', 'mass_revocation'] as const;
  /** The refused decision is of class (b) and no event answers for it. When a mass revocation was written says nothing. */
  const covered = (table: string, row: Row, column: string): boolean =>
    column !== 'rowid' &&
    row['effect'] !== 'deny' &&
    !(table === 'mass_revocation' && column === 'created_at');

  it.each(TABLES)(
    'is found in every column of every row of %s',
    async (table) => {
      await writeTrail(() => trail, clock);
      const missed: unknown[] = [];
      let tried = 0;
      for (const row of await allRows(database, table)) {
        for (const column of Object.keys(row).filter((name) => covered(table, row, name))) {
          for (const value of others(row[column] ?? null)) {
            if (value === row[column]) continue;
            const update = [
              {
                sql: `update "${table}" set "${column}" = ? where rowid = ?`,
                parameters: [value, Number(row['rowid'])],
              },
            ];
            // Not null, unique: what the database itself does not take.
            if (!(await database.write(update)).ok) continue;
            tried += 1;
            const verdict = await verify();
            if (verdict.ok) missed.push([row['rowid'], column, value]);
            await meddle(
              database,
              `update "${table}" set "${column}" = ? where rowid = ?`,
              row[column] ?? null,
              Number(row['rowid']),
            );
          }
        }
      }
      expect(missed).toEqual([]);
      expect(tried).toBeGreaterThan(10);
      expect(await verify()).toMatchObject({ ok: true });
    },
    60_000,
  );

  it.each(TABLES)('is found when any row of %s is taken away', async (table) => {
    await writeTrail(() => trail, clock);
    for (const row of await allRows(database, table)) {
      if (row['effect'] === 'deny') continue;
      const { rowid: _, ...columns } = row;
      const names = Object.keys(columns)
        .map((name) => `"${name}"`)
        .join(', ');
      await meddle(database, `delete from "${table}" where rowid = ?`, Number(row['rowid']));
      expect(await whatBroke(), `${table} ${String(row['rowid'])}`).toBeTypeOf('string');
      const places = Object.keys(row)
        .map(() => '?')
        .join(', ');
      await meddle(
        database,
        `insert into "${table}" (rowid, ${names}) values (${places})`,
        ...Object.values(row),
      );
    }
    expect(await verify()).toMatchObject({ ok: true });
  });

  it('names the writer, the place and the event of the first link that does not fit', async () => {
    await writeTrail(() => trail, clock);
    const [, link] = await allRows(database, 'audit');
    await meddle(database, 'update audit set actor = ? where rowid = ?', 'org:evil', Number(link?.['rowid']));
    expect(await verify()).toEqual({
      ok: false,
      broken: {
        writer: link?.['writer'],
        n: 2,
        event: link?.['id'],
        what: 'its columns do not say what was chained',
      },
    });
  });

  it('is found in its last link too, which no checkpoint names yet', async () => {
    await trail.rotateKey();
    await trail.rotateKey();
    const changes: readonly (readonly [string, string])[] = [
      ['n = 3', 'the link before it, 2, is gone'],
      [`hash = ${otherBeginning('hash')}`, 'its hash is not that of its members'],
      [`prev = ${otherBeginning('prev')}`, 'it does not follow from the link before it'],
    ];
    for (const [change, what] of changes) {
      const [, link] = await allRows(database, 'audit');
      await meddle(database, `update audit set ${change} where n = 2`);
      expect(await whatBroke()).toBe(what);
      const { n, hash, prev } = link ?? {};
      await meddle(
        database,
        'update audit set n = ?, hash = ?, prev = ? where n > 1',
        n ?? null,
        hash ?? null,
        prev ?? null,
      );
    }
    expect(await verify()).toMatchObject({ ok: true, events: 2 });
  });

  it('is found in the digest of what was erased, though it be the same bytes in another spelling', async () => {
    await trail.rotateKey();
    await meddle(database, 'update audit set salt = null, payload = null');
    clock.ms += 401 * DAY * 1000;
    expect(await verify()).toMatchObject({ ok: true, erased: 1 });
    const [link] = await allRows(database, 'audit');
    const digest = String(link?.['digest']);
    // The last of 43 characters holds four bits of the hash and two that say nothing.
    const last = String.fromCharCode(digest.charCodeAt(42) + 1);
    const respelt = digest.slice(0, 42) + last;
    expect(Buffer.from(respelt, 'base64url').equals(Buffer.from(digest, 'base64url'))).toBe(true);
    await meddle(database, 'update audit set digest = ?', respelt);
    expect(await whatBroke()).toBe('its hash is not that of its members');
  });

  it('is found when two links change places', async () => {
    await writeTrail(() => trail, clock);
    const [one, two] = await allRows(database, 'audit');
    const swap = 'update audit set n = case rowid when ? then 102 else 101 end where rowid in (?, ?)';
    const rowids = [Number(one?.['rowid']), Number(two?.['rowid'])] as const;
    await meddle(database, swap, rowids[0], ...rowids);
    await meddle(database, 'update audit set n = n - 100 where n > 100');
    expect(await whatBroke()).toBe('it does not follow from the link before it');
  });

  it('is found when a token, a grant or a revocation is put in that no event knows', async () => {
    await writeTrail(() => trail, clock);
    const copy = (table: string, changes: string): string =>
      `insert into "${table}" select * from (select ${changes} from "${table}" where rowid = 1)`;
    const columns = async (table: string, change: Readonly<Record<string, string>>): Promise<string> => {
      const [row] = await allRows(database, table);
      return Object.keys(row ?? {})
        .filter((name) => name !== 'rowid')
        .map((name) => change[name] ?? `"${name}"`)
        .join(', ');
    };
    await meddle(database, copy('token', await columns('token', { hash: "'forged'" })));
    expect(await whatBroke()).toMatch(/^no event issued the token tok_/);
    await meddle(database, "delete from token where hash = 'forged'");
    await meddle(
      database,
      copy('decision', await columns('decision', { id: "'dec_7ZZZZZZZZZZZZZZZZZZZZZZZZZ'" })),
    );
    expect(await whatBroke()).toBe('no event was recorded with the decision dec_7ZZZZZZZZZZZZZZZZZZZZZZZZZ');
    await meddle(database, "delete from decision where id like 'dec_7Z%'");
    await meddle(database, "insert into mass_revocation values ('acme', 'issuer', 'iss_1', 1799999999, 5)");
    expect(await whatBroke()).toBe('no event made the mass revocation of ["acme","issuer","iss_1"]');
    await meddle(database, "delete from mass_revocation where kind = 'issuer'");
    await meddle(
      database,
      copy('audit', await columns('audit', { id: "'evt_7'", writer: 'null', n: 'null' })),
    );
    expect(await whatBroke()).toBe('it is in no chain');
  });
});

describe('a row that this program cannot have written', () => {
  it.each([
    ["update audit set time = 'soon'", 'storage: audit.time is not integer'],
    [
      "update mass_revocation set kind = 'moon'",
      'storage: mass_revocation.kind holds a value unknown to this version',
    ],
    ["update audit set detail = x'00' where detail is not null", 'storage: audit.detail is not text?'],
  ])('is a break and no crash: %s', async (sql, what) => {
    await writeTrail(() => trail, clock);
    await meddle(database, sql);
    expect(await whatBroke()).toBe(what);
  });
});
