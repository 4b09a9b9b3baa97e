import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database, Reader } from '../storage/port.ts';
import { insertToken, revokeToken as markRevoked } from '../storage/repositories/tokens.ts';
import type { MintedToken } from './issue.ts';
import { createMassRevocations, type MassRevocations } from './mass-revocations.ts';
import type { TokenRecord } from './model.ts';
import { createPresenter, type Hearing, type Presenter } from './present.ts';
import { checksums, mint, RECORD, ringOfOne } from './testing/fixture.ts';
import { TokenTable } from './token-table.ts';

let database: Database;
let table: TokenTable;
let massRevocations: MassRevocations;
/** Epoch milliseconds. */
let now: number;
let reads: number;

beforeAll(async () => {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
});

afterAll(() => database.close());

beforeEach(async () => {
  await database.write([{ sql: 'delete from token', parameters: [] }]);
  table = new TokenTable({ claimPaths: [['sub']] });
  massRevocations = createMassRevocations();
  now = 1_500_000;
  reads = 0;
});

const clock = { now: () => now };

const counted: Reader = {
  read: (statement) => {
    reads += 1;
    return database.read(statement);
  },
};

function presenter(feed: Hearing): Presenter {
  return createPresenter({
    table,
    massRevocations,
    checksums,
    accessRing: ringOfOne(),
    feed,
    reader: counted,
    clock,
  });
}

async function stored(record: TokenRecord = RECORD): Promise<MintedToken> {
  const minted = mint(record.prefix);
  expect((await database.write([insertToken(minted.hash, record)])).ok).toBe(true);
  return minted;
}

describe('a process that has not heard of changes for too long', () => {
  /** Stale until it has been asked; what it hears then is up to the test. */
  function deaf(
    hears: () => void,
    afterwards = false,
  ): { readonly feed: Hearing; readonly polls: () => number } {
    let stale = true;
    let polls = 0;
    const poll = (): Promise<void> => {
      polls += 1;
      hears();
      stale = afterwards;
      return Promise.resolve();
    };
    return { feed: { stale: () => stale, poll }, polls: () => polls };
  }

  it('asks before it relies on what it knows', async () => {
    const { value, hash } = mint();
    table.insert(hash, RECORD);
    const { feed, polls } = deaf(() => undefined);
    const present = presenter(feed);
    expect(await present(value)).toEqual({ state: 'live', token: RECORD });
    expect(present(value)).toEqual({ state: 'live', token: RECORD });
    expect(polls()).toBe(1);
  });

  it('hears of the revocation that it missed, be it of one token or of many', async () => {
    const one = await stored();
    table.insert(one.hash, RECORD);
    await database.write([markRevoked(one.hash, 1400)]);
    const missedOne = deaf(() => table.remove(one.hash));
    expect(await presenter(missedOne.feed)(one.value)).toEqual({ state: 'revoked' });

    const many = mint();
    table.insert(many.hash, RECORD);
    const missedMany = deaf(() =>
      massRevocations.add({ organization: 'acme', by: 'subject', value: 'repo:acme/app', before: 1000 }),
    );
    expect(await presenter(missedMany.feed)(many.value)).toEqual({ state: 'revoked' });
  });

  it('says unavailable, never live and never invalid, while storage is silent', async () => {
    const { value, hash } = mint();
    table.insert(hash, RECORD);
    const { feed } = deaf(() => undefined, true);
    expect(await presenter(feed)(value)).toEqual({ state: 'unavailable' });
    expect(await presenter(feed)((await stored()).value)).toEqual({ state: 'unavailable' });
    expect(reads).toBe(0);
  });

  it('asks nobody about a value that was not made here', () => {
    const { feed, polls } = deaf(() => undefined);
    expect(presenter(feed)(`cso_${'a'.repeat(38)}`)).toEqual({ state: 'invalid' });
    expect(polls()).toBe(0);
  });
});
