import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileId } from '../snapshot/file-id.ts';
import { openSqlite } from '../storage/engine/sqlite.ts';
import {
  ADA,
  house,
  member,
  provider,
  speaker,
  startPeople,
  USR_ADA,
  who,
  type People,
} from './testing/people.ts';

/** Who people are: bound by a first sign-in, recognised by provider and `sub` alone. */

let people: People;
beforeEach(async () => {
  people = await startPeople(openSqlite);
});
afterEach(() => people.close());

describe('a first sign-in', () => {
  it('binds the person to the member with that verified email, in whatever case', async () => {
    const process = await people.start(house());
    expect(await who(process)).toBe(USR_ADA);
    expect(await people.identities()).toMatchObject([
      {
        organization: 'acme',
        subject: '1001',
        user: USR_ADA,
        login: 'ada',
        id: expect.stringMatching(/^idn_/),
      },
    ]);
  });

  it.each([
    ['unverified', { email_verified: false }],
    ['verified in words', { email_verified: 'true' }],
    ['of nobody here', { email: 'bob@acme.example' }],
    ['absent', { email: undefined }],
    ['written so that it looks like another', { email: 'ad\u200ba@acme.example' }],
  ])('with an email that is %s binds nobody', async (_name, claims) => {
    const process = await people.start(house());
    expect(await who(process, claims)).toBe('corp/1001');
    expect(await people.identities()).toEqual([]);
  });

  it('binds nobody by a letter that only Unicode takes for another', async () => {
    const process = await people.start(house([provider()], [member('kim', 'kim@acme.example')]));
    expect(await who(process, { email: '\u212Aim@acme.example' })).toBe('corp/1001');
    expect(await who(process, { email: 'KIM@acme.example' })).toBe(fileId('usr', 'kim'));
  });

  it('binds nobody where two members have the email', async () => {
    const process = await people.start(house());
    await process.addMember('eve', 'eve@acme.example');
    // The file may say what the API has said before it.
    const later = await people.start(house([provider()], [ADA, member('eva', 'eve@acme.example')]));
    expect(await who(later, { sub: '7', email: 'eve@acme.example' })).toBe('corp/7');
  });

  it('binds nobody in an organization that the provider does not list', async () => {
    const file = house([provider({ organizations: ['globex'] })]);
    const process = await people.start(file);
    expect(await who(process, {}, 'globex')).toBe('corp/1001');
    expect(await who(process)).toBe('nobody');
    expect(await people.identities()).toEqual([]);
  });

  it('binds nobody by a domain that the provider may not speak for', async () => {
    const process = await people.start(house([provider({ email_domains: ['globex.example'] })]));
    expect(await who(process)).toBe('corp/1001');
  });

  it('is one at a time: of two who would be the same member one is', async () => {
    const processes = [await people.start(house()), await people.start(house())];
    const sessions = await Promise.all(
      processes.map((process, at) => process.session({ sub: `twin-${at}` })),
    );
    expect(sessions.filter((session) => session.startsWith('css_'))).toHaveLength(1);
    expect(sessions.filter((session) => session === 'credential.identity_conflict')).toHaveLength(1);
    expect(await people.identities()).toHaveLength(1);
  });

  it('of one person twice at once is one identity and two sessions', async () => {
    const processes = [await people.start(house()), await people.start(house())];
    const sessions = await Promise.all(processes.map((process) => who(process)));
    expect(sessions).toEqual([USR_ADA, USR_ADA]);
    expect(await people.identities()).toHaveLength(1);
  });
});

describe('a person who is known', () => {
  it('is recognised by provider and sub, whatever the email says now', async () => {
    const process = await people.start(house());
    await process.session();
    expect(await who(process, { email: 'other@acme.example' })).toBe(USR_ADA);
    expect(await who(process, { email_verified: false })).toBe(USR_ADA);
  });

  it('keeps another account with that email out, until the identity is taken away', async () => {
    const process = await people.start(house());
    const first = await process.session();
    expect(await process.session({ sub: '2002' })).toBe('credential.identity_conflict');
    const [identity] = await people.identities();
    expect(await process.removeIdentity(identity)).toBe('removed');
    expect((await process.present(first)).state).toBe('revoked');
    expect(await who(process, { sub: '2002' })).toBe(USR_ADA);
    expect(await process.session()).toBe('credential.identity_conflict');
    expect(await people.whatBroke()).toBeUndefined();
  });

  it('is another at another provider, also of the same issuer, and both may be one member', async () => {
    const file = house([
      provider(),
      provider({ name: 'other', issuer: 'https://other.example' }),
      provider({ name: 'mobile', client_id: 'mobile' }),
    ]);
    const process = await people.start(file);
    await process.session();
    expect(await who(process, { iss: 'https://other.example', email: 'x@acme.example' })).toBe('other/1001');
    expect(await who(process, { aud: 'mobile', email: 'x@acme.example' })).toBe('mobile/1001');
    expect(await who(process, { iss: 'https://other.example' })).toBe(USR_ADA);
    expect(await who(process, { aud: 'mobile', sub: 'm-1' })).toBe(USR_ADA);
    expect(await people.identities()).toHaveLength(3);
  });

  it('is nobody at a provider that speaks with the key of another', async () => {
    const file = house([provider(), provider({ name: 'other', issuer: 'https://other.example' })]);
    const process = await people.start(file);
    expect(await process.session({}, 'https://other.example')).toBe('token.not_trusted');
  });

  it('is somebody new when the provider has another name or issuer, and who they were when it returns', async () => {
    const process = await people.start(house());
    const session = await process.session();
    const renamed = await people.start(house([provider({ name: 'new' })]));
    expect((await renamed.present(session)).state).toBe('invalid');
    expect(await who(renamed, { sub: '3003' })).toBe(USR_ADA);
    const again = await people.start(house());
    expect(await speaker(again, session)).toBe(USR_ADA);
    expect(await again.session({ sub: '3003' })).toBe('credential.identity_conflict');
  });
});
