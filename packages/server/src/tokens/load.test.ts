import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database, Reader } from '../storage/port.ts';
import { insertToken, revokeToken as markRevoked } from '../storage/repositories/tokens.ts';
import { insertMassRevocation } from '../storage/repositories/mass-revocations.ts';
import type { MintedToken } from './issue.ts';
import { LOAD_PAGE, loadLiveTokens, loadMassRevocations } from './load.ts';
import { createMassRevocations } from './mass-revocations.ts';
import type { TokenRecord } from './model.ts';
import { mint, RECORD } from './testing/fixture.ts';
import { TokenTable } from './token-table.ts';

let database: Database;
let table: TokenTable;
let reads: number;

beforeAll(async () => {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
});

afterAll(() => database.close());

beforeEach(async () => {
  await database.write([{ sql: 'delete from token', parameters: [] }]);
  table = new TokenTable({ claimPaths: [] });
  reads = 0;
});

const clock = { now: () => 1_500_000 };

const counted: Reader = {
  read: (statement) => {
    reads += 1;
    return database.read(statement);
  },
};

async function stored(record: TokenRecord = RECORD): Promise<MintedToken> {
  const minted = mint(record.prefix);
  expect((await database.write([insertToken(minted.hash, record)])).ok).toBe(true);
  return minted;
}

describe('loadLiveTokens', () => {
  it('puts every live token into the table, over more than one page, and nothing else', async () => {
    const live = LOAD_PAGE + 3;
    const minted = Array.from({ length: live }, () => mint());
    await database.write(minted.map(({ hash }, at) => insertToken(hash, { ...RECORD, id: `tok_${at}` })));
    const expired = await stored({ ...RECORD, expiresAt: 1500 });
    const revoked = await stored();
    await database.write([markRevoked(revoked.hash, 1)]);

    expect(await loadLiveTokens(counted, table, clock)).toEqual({
      ok: true,
      value: { tokens: live, complete: true },
    });
    expect(reads).toBe(2);
    expect(table.size).toBe(live);
    expect(minted.every(({ hash }, at) => table.find(hash)?.id === `tok_${at}`)).toBe(true);
    expect(table.find(expired.hash) ?? table.find(revoked.hash)).toBeUndefined();
  });

  it('stops where the table is full, and says so', async () => {
    await stored();
    await stored();
    table = new TokenTable({ bounds: { tokens: 1 }, claimPaths: [] });
    expect(await loadLiveTokens(counted, table, clock)).toEqual({
      ok: true,
      value: { tokens: 1, complete: false },
    });
  });

  it('fails when storage is silent: a process that knows no token is not started in silence', async () => {
    const silent: Reader = { read: () => Promise.resolve({ ok: false, error: 'unavailable' }) };
    expect(await loadLiveTokens(silent, table, clock)).toEqual({ ok: false, error: 'unavailable' });
  });
});

describe('loadMassRevocations', () => {
  it('knows every one, over more than one page', async () => {
    const count = LOAD_PAGE + 3;
    await database.write(
      Array.from({ length: count }, (_, at) =>
        insertMassRevocation({ organization: 'acme', by: 'subject', value: `s-${at}`, before: at }, 1),
      ),
    );
    const known = createMassRevocations();
    expect(await loadMassRevocations(counted, known)).toEqual({ ok: true, value: undefined });
    expect(known.size).toBe(count);
    expect(known.endedUntil({ ...RECORD, subject: 's-1002' })).toBe(1002);
    expect(reads).toBe(2);
  });

  it('fails when storage is silent: a revocation that is not known would let somebody in', async () => {
    const silent: Reader = { read: () => Promise.resolve({ ok: false, error: 'unavailable' }) };
    expect(await loadMassRevocations(silent, createMassRevocations())).toEqual({
      ok: false,
      error: 'unavailable',
    });
  });
});
