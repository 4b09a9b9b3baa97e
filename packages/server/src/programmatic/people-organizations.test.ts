import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileId } from '../snapshot/file-id.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import {
  ADA,
  house,
  member,
  provider,
  START,
  speaker,
  startPeople,
  USR_ADA,
  who,
  type People,
} from './testing/people.ts';

/** People of a provider that two organizations share: what one says of them is nothing to the other (threat 18). */

let people: People;
beforeEach(async () => {
  people = await startPeople(openSqlite);
});
afterEach(() => people.close());

const BOTH = { organizations: ['acme', 'globex'] };

describe('two organizations with one provider', () => {
  const shared = (acme: readonly object[], globex: readonly object[]) =>
    house([provider(BOTH)], acme, globex);

  it('each know a person as they say, and neither says it for the other', async () => {
    const process = await people.start(shared([ADA], [member('mallory', 'ada@acme.example')]));
    const session = await process.session();
    expect(await speaker(process, session)).toBe(USR_ADA);
    expect(await speaker(process, session, 'globex')).toBe(fileId('usr', 'mallory'));
    const presented = await process.present(session);
    expect(presented).toMatchObject({ state: 'live', token: { principal: { user: 'corp/1001' } } });
    expect(presented.state === 'live' && presented.token.organization).toBeUndefined();
  });

  it('cannot make a stranger of one the member of the other', async () => {
    // The other organization claims the login of Ada for an address of its own.
    const process = await people.start(shared([member('ada')], [member('ada', 'mallory@globex.example')]));
    const session = await process.session({ email: 'mallory@globex.example' });
    expect(await speaker(process, session, 'globex')).toBe(USR_ADA);
    expect(await speaker(process, session)).toBe('corp/1001');
  });

  it('do not keep each other’s people out by a conflict of their own', async () => {
    const process = await people.start(shared([ADA], [member('m', 'ada@acme.example')]));
    await process.session();
    const [, identity] = (await people.identities()).toSorted((a, b) =>
      a.organization < b.organization ? -1 : 1,
    );
    expect(identity?.organization).toBe('globex');
    // In acme the identity goes; in globex the old account is the member still.
    await process.removeIdentity(
      (await people.identities()).find(({ organization }) => organization === 'acme'),
    );
    const session = await process.session({ sub: '2002' });
    expect(await speaker(process, session)).toBe(USR_ADA);
    expect(await speaker(process, session, 'globex')).toBe('nobody');
  });

  it('end in themselves what they revoke', async () => {
    const process = await people.start(shared([ADA], [member('mallory', 'ada@acme.example')]));
    const session = await process.session();
    const before = START;
    process.massRevocations.add({
      organization: 'globex',
      by: 'principal',
      value: fileId('usr', 'mallory'),
      before,
    });
    expect(await speaker(process, session, 'globex')).toBe('nobody');
    expect(await speaker(process, session)).toBe(USR_ADA);
    const issuer = (await people.identities())[0]?.provider ?? '';
    process.massRevocations.add({ organization: 'acme', by: 'issuer', value: issuer, before });
    expect(await speaker(process, session)).toBe('invalid');
    people.time.now += 2_000;
    expect(await who(process)).toBe(USR_ADA);
  });

  it('are told apart by the client of an id_token where their providers have one issuer', async () => {
    const file = house(
      [provider(), provider({ name: 'theirs', client_id: 'globex-app', organizations: ['globex'] })],
      [ADA],
      [member('gwen', 'ada@acme.example')],
    );
    const process = await people.start(file);
    expect(await who(process, { aud: 'globex-app' }, 'globex')).toBe(fileId('usr', 'gwen'));
    expect(await who(process, { aud: 'globex-app' })).toBe('nobody');
    expect(await who(process, { aud: ['countersign', 'globex-app'] })).toBe('token.audience');
    expect(await who(process, { aud: ['countersign', 'globex-app'], azp: 'countersign' })).toBe(USR_ADA);
    expect(await who(process, { aud: 'nobody' })).toBe('token.audience');
  });
});
