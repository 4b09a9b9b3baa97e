import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createChecksumRing } from '../keys/checksum-ring.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database, Reader } from '../storage/port.ts';
import { insertToken, revokeToken as markRevoked } from '../storage/repositories/tokens.ts';
import { mintToken, type MintedToken } from './issue.ts';
import { LOAD_PAGE, loadLiveTokens } from './load.ts';
import type { TokenRecord } from './model.ts';
import { TokenTable } from './token-table.ts';

const checksums = createChecksumRing(new Uint8Array(32).fill(7), []);
const random = { bytes: (length: number): Uint8Array => randomBytes(length) };
const RECORD: TokenRecord = {
  id: 'tok_1',
  prefix: 'cso',
  principal: {
    kind: 'organization',
    organization: 'acme',
    admin: false,
    vouchedBy: { kind: 'organization', organization: 'acme' },
  },
  organization: 'acme',
  issuer: 'iss_1',
  subject: 'repo:acme/app',
  claims: { sub: 'repo:acme/app' },
  exchange: 'dec_1',
  issuedAt: 1000,
  expiresAt: 2000,
};

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
  table = new TokenTable();
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
  const minted = mintToken({ random, checksums }, record.prefix);
  expect((await database.write([insertToken(minted.hash, record)])).ok).toBe(true);
  return minted;
}

describe('loadLiveTokens', () => {
  it('puts every live token into the table, over more than one page, and nothing else', async () => {
    const live = LOAD_PAGE + 3;
    const minted = Array.from({ length: live }, () => mintToken({ random, checksums }, 'cso'));
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
    table = new TokenTable({ tokens: 1 });
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
