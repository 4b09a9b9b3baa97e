import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDecisions } from '../audit/decision-writer.ts';
import type { Decisions } from '../audit/port.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Database, Reader } from '../storage/port.ts';
import { changesAfter, parseChange } from '../storage/repositories/changes.ts';
import { massRevocationsPage, parseMassRevocation } from '../storage/repositories/mass-revocations.ts';
import { insertToken } from '../storage/repositories/tokens.ts';
import type { MintedToken } from './issue.ts';
import { createMassRevocations, type MassRevocations } from './mass-revocations.ts';
import type { MassRevocation } from './model.ts';
import { createPresenter, type Presenter } from './present.ts';
import { revokeMany, revokeToken, type RevokeDeps, type RevokeManyDeps } from './revoke.ts';
import { checksums, HEARS, linesOf, mint, random, RECORD, ringOfOne } from './testing/fixture.ts';
import { TokenTable } from './token-table.ts';

let database: Database;
let table: TokenTable;
let massRevocations: MassRevocations;
let reads: number;
let lines: string[];

beforeAll(async () => {
  const opened = await openSqlite({ path: ':memory:' });
  if (!opened.ok) throw new Error(opened.error.kind);
  database = opened.value;
});

afterAll(() => database.close());

beforeEach(async () => {
  await database.write(
    ['token', 'audit', 'change', 'mass_revocation'].map((name) => ({
      sql: `delete from "${name}"`,
      parameters: [],
    })),
  );
  table = new TokenTable({ claimPaths: [['sub']] });
  massRevocations = createMassRevocations();
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
  return createPresenter({
    table,
    massRevocations,
    checksums,
    accessRing: ringOfOne(),
    feed: HEARS,
    reader,
    clock,
  });
}

async function stored(): Promise<MintedToken> {
  const minted = mint();
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

const QUIET = linesOf([]);

function decisions(): Decisions {
  return createDecisions({ database, clock, random, logger: QUIET });
}

const silent: Pick<Decisions, 'changed'> = {
  changed: () => Promise.resolve({ ok: false, error: 'unavailable' }),
};

function revokeDeps(): RevokeDeps & RevokeManyDeps {
  return { decisions: decisions(), table, massRevocations, clock, logger: linesOf(lines) };
}

async function changes(): Promise<readonly object[]> {
  const rows = await database.read(changesAfter(0, 100));
  return rows.ok ? rows.value.map(parseChange) : [];
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
    expect(await auditEvents()).toMatchObject([
      {
        id: expect.stringMatching(/^evt_[0-9A-Z]{26}$/),
        time: NOW,
        event: 'token.revoked',
        decision: RECORD.exchange,
        token: RECORD.id,
        actor: 'usr_1',
        organization: 'acme',
      },
    ]);
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain(value);
  });

  it('is heard of by other processes: its change is in the same commit', async () => {
    const { hash } = await stored();
    await revokeToken(revokeDeps(), hash, RECORD, 'usr_1');
    await revokeToken(revokeDeps(), hash, RECORD, 'usr_1');
    expect(await changes()).toMatchObject([
      { kind: 'token.revoked', payload: { hash: Buffer.from(hash).toString('base64url') } },
    ]);
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
      decisions: silent,
    };
    expect(await revokeToken(failing, hash, RECORD, 'usr_1')).toEqual({ ok: false, error: 'unavailable' });
    expect(table.size).toBe(0);
    expect(lines).toEqual([]);
  });
});

describe('many tokens', () => {
  const ALL: MassRevocation = { organization: 'acme', by: 'issuer', value: 'iss_1', before: 1400 };

  async function stands(): Promise<readonly MassRevocation[]> {
    const rows = await database.read(massRevocationsPage(undefined, 100));
    return rows.ok ? rows.value.map(parseMassRevocation) : [];
  }

  it('are over by one row, with one event and one change, however many they are', async () => {
    const { value } = await stored();
    const present = presenter();
    await present(value);
    for (let at = 0; at < 20; at += 1) table.insert(mint().hash, { ...RECORD, issuedAt: 1395 + at });
    // The one that was looked up, and those issued from 1395 to 1400.
    expect(await revokeMany(revokeDeps(), ALL, 'usr_1')).toEqual({ ok: true, value: { revoked: 7 } });
    expect(await present(value)).toEqual({ state: 'revoked' });
    expect(await stands()).toEqual([ALL]);
    expect(await changes()).toMatchObject([{ kind: 'tokens.revoked', payload: ALL }]);
    const [event, ...others] = await auditEvents();
    expect(event).toMatchObject({ event: 'tokens.revoked', actor: 'usr_1', organization: 'acme' });
    expect(others).toEqual([]);
  });

  it('are not counted twice', async () => {
    table.insert(mint().hash, RECORD);
    table.insert(mint().hash, { ...RECORD, issuedAt: 1450 });
    expect(await revokeMany(revokeDeps(), ALL, 'usr_1')).toMatchObject({ value: { revoked: 1 } });
    expect(await revokeMany(revokeDeps(), { ...ALL, before: 1500 }, 'usr_1')).toMatchObject({
      value: { revoked: 1 },
    });
  });

  it('are not over here when storage did not take it, so that no answer differs from what others say', async () => {
    const { value, hash } = mint();
    table.insert(hash, RECORD);
    expect(await revokeMany({ ...revokeDeps(), decisions: silent }, ALL, 'usr_1')).toEqual({
      ok: false,
      error: 'unavailable',
    });
    expect(presenter()(value)).toMatchObject({ state: 'live' });
  });

  it('are revoked without a word in the log about who they belong to', async () => {
    await revokeMany(revokeDeps(), { ...ALL, by: 'subject', value: 'ada@acme.example' }, 'usr_1');
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain('ada');
  });
});
