import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exchangeIdToken } from '../exchange/exchange-id-token.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import { house, mint, START, startPeople, USR_ADA, type People } from './testing/people.ts';

/** Sessions of people, and what the trail says of who they are. */

let people: People;
beforeEach(async () => {
  people = await startPeople(openSqlite);
});
afterEach(() => people.close());

describe('a session', () => {
  it('belongs to the one organization that it counts in', async () => {
    const process = await people.start(house());
    const presented = await process.present(await process.session());
    expect(presented).toMatchObject({
      state: 'live',
      token: { organization: 'acme', principal: { user: USR_ADA, login: 'ada', email: 'ada@acme.example' } },
    });
  });

  it('ends with its id_token, or sooner by the lifetime of sessions', async () => {
    const process = await people.start(house());
    const ends = async (claims: object) => {
      const session = await process.signIn(claims);
      return session.ok ? session.value.expiresAt - START : session.error.code;
    };
    expect(await ends({ exp: START + 120.7 })).toBe(120);
    expect(await ends({ exp: START + 1_000_000 })).toBe(14 * 3600);
    const session = await process.session({ exp: START + 120 });
    people.time.now += 119_000;
    expect((await process.present(session)).state).toBe('live');
    people.time.now += 1_000;
    expect((await process.present(session)).state).toBe('expired');
  });

  it('of nobody’s member is that of the person, vouched for by the provider', async () => {
    const process = await people.start(house());
    const presented = await process.present(await process.session({ sub: '9', email: 'x@y.example' }));
    expect(presented).toMatchObject({
      state: 'live',
      token: { principal: { user: 'corp/9', vouchedBy: { provider: 'corp', organizations: ['acme'] } } },
    });
  });

  it('is refused as what the person was refused for, on the trail of their organization', async () => {
    const process = await people.start(house());
    await process.session();
    const refused = await process.signIn({ sub: '2002' });
    expect(refused.ok).toBe(false);
    if (refused.ok) return;
    const found = await process.deps.decisions.find(refused.error.decisionId);
    expect(found).toMatchObject({
      ok: true,
      value: { record: { code: 'credential.identity_conflict', organization: 'acme', subject: '2002' } },
    });
  });

  it('is as durable as who it is of: neither is there without the other', async () => {
    const process = await people.start(house());
    const { decisions } = process.deps;
    const failing = {
      ...process.deps,
      decisions: { ...decisions, acted: async () => ({ ok: false, error: 'unavailable' }) as const },
    };
    const session = await exchangeIdToken(failing, { idToken: mint(), remoteAddress: '' });
    expect(session).toMatchObject({ ok: false, error: { code: 'server.storage' } });
    expect(await people.identities()).toEqual([]);
  });
});

describe('the trail', () => {
  const meddle = (sql: string) => people.database.write([{ sql, parameters: [] }]);

  it.each([
    [
      'is put in',
      "insert into identity values ('p', 's', 'acme', 'idn_x', 'usr_x', 'x', 9000000000)",
      'no sign-in bound',
    ],
    ['is changed', "update identity set subject = 'mallory'", 'not as it was bound'],
    ['is taken out', 'delete from identity', 'nobody took it away'],
  ])('shows when an identity %s', async (_name, sql, what) => {
    const process = await people.start(house());
    await process.session();
    expect(await people.whatBroke()).toBeUndefined();
    await meddle(sql);
    expect(await people.whatBroke()).toContain(what);
  });

  it('shows when an identity that was taken away is put back', async () => {
    const process = await people.start(house());
    await process.session();
    await meddle('create table kept as select * from identity');
    await process.removeIdentity((await people.identities())[0]);
    expect(await people.whatBroke()).toBeUndefined();
    await meddle('insert into identity select * from kept');
    expect(await people.whatBroke()).toContain('was taken away, and is there');
  });

  it('says how a person became a member', async () => {
    const process = await people.start(house());
    await process.session();
    const rows = await people.database.read({ sql: 'select event, detail from audit', parameters: [] });
    expect(rows.ok && rows.value[0]).toMatchObject({
      event: 'token.issued',
      detail: expect.stringContaining('"login":"ada"'),
    });
  });
});
