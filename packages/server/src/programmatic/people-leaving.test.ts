import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exchangeIdToken } from '../exchange/exchange-id-token.ts';
import { fileId } from '../snapshot/file-id.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import {
  house,
  mint,
  provider,
  speaker,
  startPeople,
  USR_ADA,
  who,
  type People,
  type Process,
} from './testing/people.ts';

/** What becomes of people and their sessions when members leave, return and change, or identities are taken away. */

let people: People;
beforeEach(async () => {
  people = await startPeople(openSqlite);
});
afterEach(() => people.close());

const BOTH = { organizations: ['acme', 'globex'] };

describe('a member of the file who leaves', () => {
  it('is nobody there, at use as at sign-in, and who they were when they return', async () => {
    const session = await (await people.start(house())).session();
    const without = await people.start(house([provider()], []));
    expect((await without.present(session)).state).toBe('invalid');
    expect(await without.session()).toBe('policy.refused');
    const again = await people.start(house());
    expect(await speaker(again, session)).toBe(USR_ADA);
    expect(await who(again)).toBe(USR_ADA);
  });

  it('goes on where they are known as nobody in particular', async () => {
    const session = await (await people.start(house([provider(BOTH)]))).session();
    const without = await people.start(house([provider(BOTH)], []));
    expect(await speaker(without, session)).toBe('nobody');
    expect(await speaker(without, session, 'globex')).toBe('corp/1001');
    expect(await who(without, {}, 'globex')).toBe('corp/1001');
    expect(await who(without)).toBe('nobody');
  });
});

describe('a member of the API', () => {
  let process: Process;
  const eve = { sub: '5', email: 'eve@acme.example' };
  beforeEach(async () => {
    process = await people.start(house());
    await process.addMember('eve', 'eve@acme.example');
  });

  it('who is removed is nobody, and does not come back as a stranger', async () => {
    const session = await process.session(eve);
    expect(await speaker(process, session)).toBe(fileId('usr', 'eve'));
    await process.removeMember('eve');
    expect((await process.present(session)).state).toBe('revoked');
    expect(await process.session(eve)).toBe('policy.refused');
  });

  it('who is made anew signs in for the first time', async () => {
    const session = await process.session(eve);
    await process.removeMember('eve');
    people.time.now += 5_000;
    await process.addMember('eve', 'eve@acme.example');
    expect((await process.present(session)).state).toBe('revoked');
    expect(await who(process, { ...eve, sub: '6' })).toBe(fileId('usr', 'eve'));
    expect(await process.session(eve)).toBe('credential.identity_conflict');
    expect(await people.whatBroke()).toBeUndefined();
  });

  it('whose email changes is who they were, and has to sign in again', async () => {
    const session = await process.session(eve);
    await process.changeEmail('eve', 'eva@acme.example');
    expect((await process.present(session)).state).toBe('revoked');
    expect(await who(process, eve)).toBe(fileId('usr', 'eve'));
    expect(await process.session({ sub: '6', email: 'eva@acme.example' })).toBe(
      'credential.identity_conflict',
    );
  });

  it('who is removed while they sign in is not bound', async () => {
    const { reader } = process.deps;
    let asked = 0;
    const slow = {
      ...process.deps,
      reader: {
        read: async (statement: Parameters<typeof reader.read>[0]) => {
          const rows = await reader.read(statement);
          asked += 1;
          if (asked === 1) await process.removeMember('eve');
          return rows;
        },
      },
    };
    const session = await exchangeIdToken(slow, { idToken: mint(eve), remoteAddress: '' });
    expect(session.ok).toBe(true);
    expect(await people.identities()).toEqual([]);
  });

  it('whose identity is taken away while they sign in is not who they were', async () => {
    await process.session(eve);
    const [identity] = await people.identities();
    const { reader } = process.deps;
    let asked = 0;
    const slow = {
      ...process.deps,
      reader: {
        read: async (statement: Parameters<typeof reader.read>[0]) => {
          const rows = await reader.read(statement);
          asked += 1;
          if (asked === 1) await process.removeIdentity(identity);
          return rows;
        },
      },
    };
    await exchangeIdToken(slow, { idToken: mint(eve), remoteAddress: '' });
    const [now] = await people.identities();
    expect(now?.id).not.toBe(identity?.id);
  });
});
