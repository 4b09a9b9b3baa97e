import { describe, expect, it } from 'vitest';
import { openSqlite } from '../storage/engine/sqlite.ts';
import type { Reader } from '../storage/port.ts';
import { insertToken, revokeToken as markRevoked } from '../storage/repositories/tokens.ts';
import { insertMassRevocation } from '../storage/repositories/mass-revocations.ts';
import { LOAD_PAGE, loadLiveTokens, loadMassRevocations } from './load.ts';
import { createMassRevocations } from './mass-revocations.ts';
import { mint, RECORD } from './testing/fixture.ts';
import { createRig } from './testing/rig.ts';
import { TokenTable } from './token-table.ts';

const rig = createRig(await openSqlite({ path: ':memory:' }));
const { clock, counted, database, stored } = rig;

describe('loadLiveTokens', () => {
  it('puts every live token into the table, over more than one page, and nothing else', async () => {
    const live = LOAD_PAGE + 3;
    const minted = Array.from({ length: live }, () => mint());
    await database.write(minted.map(({ hash }, at) => insertToken(hash, { ...RECORD, id: `tok_${at}` })));
    const expired = await stored({ ...RECORD, expiresAt: 1500 });
    const revoked = await stored();
    await database.write([markRevoked(revoked.hash, 1)]);

    expect(await loadLiveTokens(counted, rig.table, clock)).toEqual({
      ok: true,
      value: { tokens: live, complete: true },
    });
    expect(rig.reads).toBe(2);
    expect(rig.table.size).toBe(live);
    expect(minted.every(({ hash }, at) => rig.table.find(hash)?.id === `tok_${at}`)).toBe(true);
    expect(rig.table.find(expired.hash) ?? rig.table.find(revoked.hash)).toBeUndefined();
  });

  it('stops where the table is full, and says so', async () => {
    await stored();
    await stored();
    rig.table = new TokenTable({ bounds: { tokens: 1 }, claimPaths: [] });
    expect(await loadLiveTokens(counted, rig.table, clock)).toEqual({
      ok: true,
      value: { tokens: 1, complete: false },
    });
  });

  it('fails when storage is silent: a process that knows no token is not started in silence', async () => {
    const silent: Reader = { read: () => Promise.resolve({ ok: false, error: 'unavailable' }) };
    expect(await loadLiveTokens(silent, rig.table, clock)).toEqual({ ok: false, error: 'unavailable' });
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
    expect(rig.reads).toBe(2);
  });

  it('fails when storage is silent: a revocation that is not known would let somebody in', async () => {
    const silent: Reader = { read: () => Promise.resolve({ ok: false, error: 'unavailable' }) };
    expect(await loadMassRevocations(silent, createMassRevocations())).toEqual({
      ok: false,
      error: 'unavailable',
    });
  });
});
