import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createChecksumRing } from '../keys/checksum-ring.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database, Reader } from '../storage/port.ts';
import { insertToken } from '../storage/repositories/tokens.ts';
import { mintToken, type MintedToken } from './issue.ts';
import type { TokenRecord } from './model.ts';
import { createPresenter, type Presenter } from './present.ts';
import { revokeToken, type RevokeDeps } from './revoke.ts';
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
let lines: string[];

beforeAll(async () => {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
});

afterAll(() => database.close());

beforeEach(async () => {
  await database.write(['token', 'audit'].map((name) => ({ sql: `delete from ${name}`, parameters: [] })));
  table = new TokenTable();
  reads = 0;
  lines = [];
});

/** Epoch milliseconds. */
const NOW = 1_500_000;
const clock = { now: () => NOW };

const counted: Reader = {
  read: (statement) => {
    reads += 1;
    return database.read(statement);
  },
};

function presenter(reader: Reader = counted): Presenter {
  return createPresenter({ table, checksums, reader, clock });
}

async function stored(): Promise<MintedToken> {
  const minted = mintToken({ random, checksums }, 'cso');
  expect((await database.write([insertToken(minted.hash, RECORD)])).ok).toBe(true);
  return minted;
}

/** A reader whose answers wait until they are let go. */
function held(): { readonly reader: Reader; readonly release: () => void } {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const read: Reader['read'] = async (statement) => {
    const answer = await counted.read(statement);
    await gate;
    return answer;
  };
  return { reader: { read }, release };
}

function log(message: string, fields?: object): void {
  lines.push(`${message} ${JSON.stringify(fields)}`);
}

function revokeDeps(): RevokeDeps {
  return { database, table, clock, random, logger: { debug: log, info: log, warn: log, error: log } };
}

async function auditEvents(): Promise<readonly object[]> {
  const rows = await database.read({ sql: 'select * from audit', parameters: [] });
  return rows.ok ? rows.value : [];
}

describe('a revoked token', () => {
  it('is over in storage and in this process, with one audit event', async () => {
    const { value, hash } = await stored();
    const present = presenter();
    await present(value);
    expect(await revokeToken(revokeDeps(), hash, RECORD, 'usr_1')).toEqual({ ok: true, value: undefined });
    expect(await present(value)).toEqual({ state: 'revoked' });
    expect(await auditEvents()).toEqual([
      {
        id: expect.stringMatching(/^evt_[0-9A-Z]{26}$/),
        time: NOW,
        event: 'token.revoked',
        decision: 'dec_1',
        token: 'tok_1',
        actor: 'usr_1',
        organization: 'acme',
      },
    ]);
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain(value);
  });

  it('can be revoked again, which changes nothing', async () => {
    const { hash } = await stored();
    await revokeToken(revokeDeps(), hash, RECORD, 'usr_1');
    expect(await revokeToken(revokeDeps(), hash, RECORD, 'usr_2')).toEqual({ ok: true, value: undefined });
    expect(await auditEvents()).toHaveLength(1);
  });

  it('is not brought back by a look-up that storage answered before', async () => {
    const { value, hash } = await stored();
    const { reader, release } = held();
    const present = presenter(reader);
    const early = present(value);
    await expect.poll(() => reads).toBe(1);
    await revokeToken(revokeDeps(), hash, RECORD, 'usr_1');
    const late = present(value);
    release();
    expect(await early).toMatchObject({ state: 'live' });
    expect(await late).toEqual({ state: 'revoked' });
    expect(await present(value)).toEqual({ state: 'revoked' });
    expect(table.size).toBe(0);
  });

  it('is forgotten by this process even when storage does not say what became of it', async () => {
    const { value, hash } = await stored();
    await presenter()(value);
    const failing: RevokeDeps = {
      ...revokeDeps(),
      database: { write: () => Promise.resolve({ ok: false, error: 'unavailable' }) },
    };
    expect(await revokeToken(failing, hash, RECORD, 'usr_1')).toEqual({ ok: false, error: 'unavailable' });
    expect(table.size).toBe(0);
    expect(lines).toEqual([]);
  });
});
