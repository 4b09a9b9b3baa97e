import { beforeEach, describe, expect, it } from 'vitest';
import { createDecisions } from '../audit/decision-writer.ts';
import type { Decisions } from '../audit/port.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import { changesAfter, parseChange } from '../storage/repositories/changes.ts';
import { massRevocationsPage, parseMassRevocation } from '../storage/repositories/mass-revocations.ts';
import type { MassRevocation } from './model.ts';
import { revokeMany, revokeToken, type RevokeDeps, type RevokeManyDeps } from './revoke.ts';
import { linesOf, mint, random, RECORD } from './testing/fixture.ts';
import { createRig, NOW } from './testing/rig.ts';

const rig = createRig(await openSqlite({ path: ':memory:' }));
const { clock, database, held, presenter, stored } = rig;

let lines: string[];
beforeEach(() => {
  lines = [];
});

const QUIET = linesOf([]);

function decisions(): Decisions {
  return createDecisions({ database, clock, random, logger: QUIET });
}

const silent: Pick<Decisions, 'changed'> = {
  changed: () => Promise.resolve({ ok: false, error: 'unavailable' }),
};

function revokeDeps(): RevokeDeps & RevokeManyDeps {
  const { table, massRevocations } = rig;
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
    const present = presenter({ reader });
    const early = present(value);
    await expect.poll(() => rig.reads).toBe(1);
    await revokeToken(revokeDeps(), hash, RECORD, 'usr_1');
    const late = present(value);
    release();
    expect(await early).toMatchObject({ state: 'live' });
    expect(await late).toEqual({ state: 'revoked' });
    expect(await present(value)).toEqual({ state: 'revoked' });
    expect(rig.table.size).toBe(0);
  });

  it('is forgotten by this process even when storage does not say what became of it', async () => {
    const { value, hash } = await stored();
    await presenter()(value);
    const failing: RevokeDeps = {
      ...revokeDeps(),
      decisions: silent,
    };
    expect(await revokeToken(failing, hash, RECORD, 'usr_1')).toEqual({ ok: false, error: 'unavailable' });
    expect(rig.table.size).toBe(0);
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
    for (let at = 0; at < 20; at += 1) rig.table.insert(mint().hash, { ...RECORD, issuedAt: 1395 + at });
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
    rig.table.insert(mint().hash, RECORD);
    rig.table.insert(mint().hash, { ...RECORD, issuedAt: 1450 });
    expect(await revokeMany(revokeDeps(), ALL, 'usr_1')).toMatchObject({ value: { revoked: 1 } });
    expect(await revokeMany(revokeDeps(), { ...ALL, before: 1500 }, 'usr_1')).toMatchObject({
      value: { revoked: 1 },
    });
  });

  it('are not over here when storage did not take it, so that no answer differs from what others say', async () => {
    const { value, hash } = mint();
    rig.table.insert(hash, RECORD);
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
