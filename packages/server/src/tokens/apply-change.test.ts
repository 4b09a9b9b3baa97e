import { err, ok, type Json, type Result } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { applyChange, type ApplyDeps } from './apply-change.ts';
import { createMassRevocations, type MassRevocations } from './mass-revocations.ts';
import { mint, RECORD } from './testing/fixture.ts';
import { TokenTable } from './token-table.ts';

const ALL = { organization: 'acme', by: 'issuer', value: 'iss_1', before: 1000 };

function deps(reload: Result<void, 'unavailable'> = ok(undefined)): ApplyDeps & {
  readonly table: TokenTable;
  readonly massRevocations: MassRevocations;
} {
  return {
    table: new TokenTable({ claimPaths: [] }),
    massRevocations: createMassRevocations(),
    reloadKeys: () => Promise.resolve(reload),
    reloadObjects: () => Promise.resolve(reload),
  };
}

describe('applyChange', () => {
  it('forgets the token that another process has revoked, also when told twice', async () => {
    const own = deps();
    const { hash } = mint();
    const payload = { hash: Buffer.from(hash).toString('base64url') };
    own.table.insert(hash, RECORD);
    for (let times = 0; times < 2; times += 1) {
      expect(await applyChange(own, { kind: 'token.revoked', payload })).toEqual(ok(undefined));
      expect(own.table.find(hash)).toBeUndefined();
    }
  });

  it('forgets every token of a session whose person is another now, also when told twice', async () => {
    const own = deps();
    const minted = [mint(), mint(), mint()];
    for (const { hash } of minted) own.table.insert(hash, RECORD);
    const [stays, ...goes] = minted;
    const payload = { hashes: goes.map(({ hash }) => Buffer.from(hash).toString('base64url')) };
    for (let times = 0; times < 2; times += 1)
      expect(await applyChange(own, { kind: 'session.refreshed', payload })).toEqual(ok(undefined));
    expect(goes.map(({ hash }) => own.table.find(hash))).toEqual([undefined, undefined]);
    expect(stays && own.table.find(stays.hash)).toBeDefined();
  });

  it('takes over a mass revocation, also when told twice', async () => {
    const own = deps();
    await applyChange(own, { kind: 'tokens.revoked', payload: ALL });
    await applyChange(own, { kind: 'tokens.revoked', payload: ALL });
    expect(own.massRevocations.covers(RECORD)).toBe(true);
    expect(own.massRevocations.size).toBe(1);
  });

  it('reads the keys anew, and says when they could not be read', async () => {
    const change = { kind: 'keys.changed', payload: { ring: 'access' } };
    expect(await applyChange(deps(), change)).toEqual(ok(undefined));
    expect(await applyChange(deps(err('unavailable')), change)).toEqual(err('unavailable'));
  });

  it.each<readonly [string, Json]>([
    ['token.revoked', null],
    ['token.revoked', {}],
    ['token.revoked', { hash: 'short' }],
    ['token.revoked', { hash: 7 }],
    ['session.refreshed', {}],
    ['session.refreshed', { hashes: ['short'] }],
    ['session.refreshed', { hashes: Array.from({ length: 258 }, () => 'A'.repeat(43)) }],
    ['tokens.revoked', []],
    ['tokens.revoked', { ...ALL, by: 'everything' }],
    ['tokens.revoked', { ...ALL, before: '1000' }],
    ['tokens.revoked', { ...ALL, before: 0.5 }],
    ['tokens.revoked', { ...ALL, organization: null }],
    ['tokens.revoked', { ...ALL, value: 7 }],
    ['something.else', {}],
  ])('throws for a change of kind %s that says %j', async (kind, payload) => {
    await expect(applyChange(deps(), { kind, payload })).rejects.toThrow('change');
  });
});
