import { describe, expect, it } from 'vitest';
import { createChecksumRing } from '../keys/checksum-ring.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import { revokeToken as markRevoked } from '../storage/repositories/tokens.ts';
import { mintToken } from './issue.ts';
import type { Presented } from './model.ts';
import { createPresenters, MAX_LOOKUPS } from './present.ts';
import { HEARS, mint, random, RECORD } from './testing/fixture.ts';
import { createRig } from './testing/rig.ts';
import { TokenTable } from './token-table.ts';

const rig = createRig(await openSqlite({ path: ':memory:' }));
const { counted, database, held, presenter, stored } = rig;

function settled(answers: readonly (Presented | Promise<Presented>)[]): Promise<readonly Presented[]> {
  return Promise.all(answers.map((answer) => Promise.resolve(answer)));
}

describe('a presented token', () => {
  it('that the table knows is live at once, without a promise and without storage', () => {
    const { value, hash } = mint();
    rig.table.insert(hash, RECORD);
    expect(presenter()(value)).toEqual({ state: 'live', token: RECORD });
    expect(rig.reads).toBe(0);
  });

  it('lives until the second of its expiry and not through it', () => {
    const { value, hash } = mint();
    rig.table.insert(hash, RECORD);
    rig.now = 1_999_999;
    expect(presenter()(value)).toMatchObject({ state: 'live' });
    rig.now = 2_000_000;
    expect(presenter()(value)).toEqual({ state: 'expired' });
  });

  it('that was not made here is refused without a look-up', () => {
    const foreign = mintToken({ random, checksums: createChecksumRing(new Uint8Array(32), []) }, 'cso').value;
    const { value } = mint();
    const others = [
      '',
      'x',
      foreign,
      `csz${value.slice(3)}`,
      `${value}0`,
      value.slice(0, -1),
      value.toUpperCase(),
    ];
    for (const other of [...others, 'a'.repeat(100_000)])
      expect(presenter()(other)).toEqual({ state: 'invalid' });
    expect(rig.reads).toBe(0);
  });

  it('that storage knows is live, and the next time without storage', async () => {
    const { value } = await stored();
    const present = presenter();
    expect(await present(value)).toEqual({ state: 'live', token: RECORD });
    expect(present(value)).toEqual({ state: 'live', token: RECORD });
    expect(rig.reads).toBe(1);
  });

  it('has the same claims whether it was known or looked up: those that somebody reads', async () => {
    const { value } = await stored({ ...RECORD, claims: { sub: 'repo:acme/app', run_id: '1' } });
    const present = presenter();
    expect(await present(value)).toEqual({ state: 'live', token: RECORD });
    expect(present(value)).toEqual({ state: 'live', token: RECORD });
  });

  it('is invalid, expired or revoked as storage says, and none of these enters the table', async () => {
    const unknown = mint();
    const expired = await stored({ ...RECORD, expiresAt: 1500 });
    const revoked = await stored();
    await database.write([markRevoked(revoked.hash, 1400)]);
    const present = presenter();
    expect(await present(unknown.value)).toEqual({ state: 'invalid' });
    expect(await present(expired.value)).toEqual({ state: 'expired' });
    expect(await present(revoked.value)).toEqual({ state: 'revoked' });
    expect(rig.table.size).toBe(0);
  });

  it('whose end is marked ahead lives until then, known or not, and is revoked from then on', async () => {
    const { value, hash } = await stored();
    await database.write([markRevoked(hash, 1600)]);
    rig.now = 1_599_999;
    const present = presenter();
    const until = { state: 'live', token: { ...RECORD, expiresAt: 1600 } };
    expect(await present(value)).toEqual(until);
    expect(present(value)).toEqual(until);
    rig.now = 1_600_000;
    expect(present(value)).toEqual({ state: 'expired' });
    rig.table.remove(hash);
    expect(await present(value)).toEqual({ state: 'revoked' });
  });

  it('is unavailable, never invalid, while storage is silent; and asked again afterwards', async () => {
    const { value } = await stored();
    let silent = true;
    const present = presenter({
      reader: {
        read: (statement) =>
          silent ? Promise.resolve({ ok: false, error: 'unavailable' }) : counted.read(statement),
      },
    });
    expect(await present(value)).toEqual({ state: 'unavailable' });
    silent = false;
    expect(await present(value)).toMatchObject({ state: 'live' });
  });

  it('is looked up once for all who ask at the same time', async () => {
    const { value } = await stored();
    const { reader, release } = held();
    const present = presenter({ reader });
    const answers = Array.from({ length: 10 }, () => present(value));
    release();
    for (const answer of await settled(answers)) expect(answer).toEqual({ state: 'live', token: RECORD });
    expect(rig.reads).toBe(1);
  });

  it('is unavailable beyond 64 look-ups at once, and looked up when one has ended', async () => {
    const { reader, release } = held();
    const present = presenter({ reader });
    const values = Array.from({ length: MAX_LOOKUPS + 1 }, () => mint().value);
    const [last, ...first] = values;
    const answers = first.map((value) => present(value));
    expect(present(last ?? '')).toEqual({ state: 'unavailable' });
    release();
    for (const answer of await settled(answers)) expect(answer).toEqual({ state: 'invalid' });
    expect(await present(last ?? '')).toEqual({ state: 'invalid' });
  });

  it('whose row is damaged is a fault, and leaves no look-up behind', async () => {
    const { value, hash } = await stored();
    await database.write([
      {
        sql: `update token set principal = '{}' where hash = ?`,
        parameters: [Buffer.from(hash).toString('base64url')],
      },
    ]);
    const present = presenter();
    for (let at = 0; at <= MAX_LOOKUPS; at += 1)
      await expect(present(value)).rejects.toThrow('token.principal');
  });

  it('that finds no room in the table is good all the same', async () => {
    rig.table = new TokenTable({ bounds: { tokens: 0 }, claimPaths: [['sub']] });
    const { value } = await stored();
    const present = presenter();
    expect(await present(value)).toMatchObject({ state: 'live' });
    expect(await present(value)).toMatchObject({ state: 'live' });
    expect(rig.reads).toBe(2);
  });
});

describe('a token that was revoked with many others', () => {
  const ALL = { organization: 'acme', by: 'issuer', value: 'iss_1', before: 1000 } as const;

  it('is revoked although the table knows it, and although its row does not say so', async () => {
    const known = mint();
    rig.table.insert(known.hash, RECORD);
    const looked = await stored();
    rig.massRevocations.add(ALL);
    const present = presenter();
    expect(present(known.value)).toEqual({ state: 'revoked' });
    expect(await present(looked.value)).toEqual({ state: 'revoked' });
    expect(rig.table.find(looked.hash)).toBeUndefined();
  });

  it('stays live when it was issued afterwards', () => {
    const { value, hash } = mint();
    rig.table.insert(hash, { ...RECORD, issuedAt: 1001 });
    rig.massRevocations.add(ALL);
    expect(presenter()(value)).toMatchObject({ state: 'live' });
  });
});

describe('a session that is known by its hash alone', () => {
  const byHash = () => {
    const { table, massRevocations, signingRings } = rig;
    const nothingMadeHere = { verify: () => false };
    const deps = { table, massRevocations, checksums: nothingMadeHere, signingRings, feed: HEARS };
    return createPresenters({ ...deps, reader: counted, clock: rig.clock });
  };

  it('needs no form and no checksum, and is live, expired or unknown like any other', async () => {
    const { hash } = mint();
    const { hash: stranger } = mint();
    rig.table.insert(hash, RECORD);
    const { byHash: find } = byHash();
    expect(find(hash)).toEqual({ state: 'live', token: RECORD });
    expect(await find(stranger)).toEqual({ state: 'invalid' });
    rig.now = 2_000_000;
    expect(find(hash)).toEqual({ state: 'expired' });
  });

  it('is asked of storage where the table does not have it, so many at once and no more', async () => {
    const { hash } = await stored();
    expect(await byHash().byHash(hash)).toEqual({ state: 'live', token: RECORD });
    const { reader, release } = held();
    const { table, massRevocations, signingRings, clock } = rig;
    const checksums = { verify: () => true };
    const { byHash: find } = createPresenters({
      table,
      massRevocations,
      signingRings,
      clock,
      checksums,
      feed: HEARS,
      reader,
    });
    const asked = Array.from({ length: MAX_LOOKUPS }, () => find(mint().hash));
    expect(find(mint().hash)).toEqual({ state: 'unavailable' });
    release();
    await Promise.all(asked.map((answer) => Promise.resolve(answer)));
  });
});
