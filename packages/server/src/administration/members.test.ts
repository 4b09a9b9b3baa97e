import { describe, expect, it } from 'vitest';
import { deleteIdentitiesOfMember } from '../storage/repositories/identities.ts';
import { createMember, deleteMember, updateMember } from './members.ts';
import { made, worldAfter, worldOf } from './testing/world.ts';

const NOW = 1_790_000_000;
const EVE = { organization: 'acme', login: 'eve' };
const ROB = { organization: 'acme', login: 'rob' };
const person = (email: string) => ({ role: 'member', email }) as const;

describe('a member who is added', () => {
  it('is there, and holds nothing from before', () => {
    const world = worldOf([]);
    const edit = createMember(world, EVE, { role: 'admin', email: 'eve@acme.example', name: null }, NOW);
    const user = expect.stringMatching(/^usr_/);
    expect(edit).toMatchObject({
      ok: true,
      value: {
        revoke: [{ by: 'principal', value: user, before: NOW - 1 }],
        event: 'member.created',
        detail: { login: 'eve', role: 'admin' },
      },
    });
    if (!edit.ok) return;
    const member = worldAfter(world, edit.value)
      .snapshot.organizations.get('acme')
      ?.directory.members.get('eve');
    expect(member).toMatchObject({ login: 'eve', role: 'admin', email: 'eve@acme.example' });
    expect(edit.value.revoke?.[0]?.value).toBe(member?.user);
    // Nor does the account that an earlier member of this login signed in with.
    expect(edit.value.more).toEqual([
      deleteIdentitiesOfMember({ organization: 'acme', user: member?.user ?? '' }),
    ]);
  });

  it('is in no team, also when one remembers a member of this login', () => {
    const world = worldOf([made.team('acme', 'core', 'eve', 'ada')]);
    const edit = createMember(world, EVE, { role: 'member' }, NOW);
    if (!edit.ok) throw new Error(edit.error.message);
    const { directory } = worldAfter(world, edit.value).snapshot.organizations.get('acme') ?? {};
    expect(directory?.teams.get('core')).toMatchObject({ members: ['ada'], admins: ['ada'] });
  });

  it('is added once, whoever owns them', () => {
    const world = worldOf([made.member('acme', 'eve')]);
    for (const login of ['eve', 'ada'])
      expect(createMember(world, { ...EVE, login }, { role: 'member' }, NOW)).toMatchObject({
        ok: false,
        error: { kind: 'taken', message: `${login} is a member already.` },
      });
  });

  it('needs an organization, which may have ended meanwhile', () => {
    const place = { organization: 'gone', login: 'eve' };
    expect(createMember(worldOf([]), place, { role: 'member' }, NOW)).toMatchObject({
      ok: false,
      error: { kind: 'absent' },
    });
  });
});

describe('an email', () => {
  const world = worldOf([
    made.organization('globex'),
    made.member('globex', 'eve', { email: 'eve@globex.example' }),
    made.member('acme', 'bob', { email: 'bob@acme.example' }),
  ]);

  it('is one person in an organization, in whatever case it is written', () => {
    expect(createMember(world, ROB, person('Bob@ACME.example'), NOW)).toMatchObject({
      ok: false,
      error: { kind: 'taken', message: 'email: bob has this one already' },
    });
    // They are two people in two organizations.
    const elsewhere = { ...ROB, organization: 'globex' };
    expect(createMember(world, elsewhere, person('bob@acme.example'), NOW).ok).toBe(true);
  });

  it('is the same wherever the login is, since that is one person', () => {
    expect(createMember(world, EVE, person('eve@acme.example'), NOW)).toMatchObject({
      ok: false,
      error: { kind: 'taken', message: 'email: expected the one that eve has in another organization' },
    });
    expect(createMember(world, EVE, person('EVE@globex.example'), NOW).ok).toBe(true);
    expect(createMember(world, EVE, { role: 'member' }, NOW).ok).toBe(true);
  });

  it('is held to that in a change as well', () => {
    const both = worldOf([...world.objects, made.member('acme', 'eve')]);
    for (const email of ['bob@acme.example', 'eve@acme.example'])
      expect(updateMember(both, EVE, { email })).toMatchObject({ ok: false, error: { kind: 'taken' } });
  });

  it('ends the tokens that say another one, and no other change does', () => {
    const before = worldOf([made.member('acme', 'eve', { email: 'eve@acme.example' })]);
    const member = before.snapshot.organizations.get('acme')?.directory.members.get('eve');
    const changed = updateMember(before, EVE, { email: 'eva@acme.example' });
    expect(changed).toMatchObject({
      ok: true,
      value: { revoke: [{ by: 'principal', value: member?.user }], detail: { changed: ['email'] } },
    });
    const other = updateMember(before, EVE, { role: 'admin', name: 'Eve', email: 'EVE@acme.example' });
    expect(other.ok && other.value.revoke).toBeUndefined();
    const first = updateMember(worldOf([made.member('acme', 'eve')]), EVE, { email: 'eve@acme.example' });
    expect(first.ok && first.value.revoke).toBeUndefined();
  });
});

describe('a member who is changed', () => {
  const world = worldOf([made.member('acme', 'eve', { email: 'eve@acme.example', name: 'Eve' })]);

  it('has what is given, and what is null or absent stays', () => {
    const edit = updateMember(world, EVE, { fgaRoleId: 'admin', email: null });
    expect(edit).toMatchObject({
      ok: true,
      value: {
        put: [{ document: { role: 'admin', email: 'eve@acme.example', name: 'Eve' } }],
        event: 'member.updated',
        detail: { login: 'eve', changed: ['role'] },
      },
    });
  });

  it('is one of the API', () => {
    const ada = { ...EVE, login: 'ada' };
    expect(updateMember(world, ada, { role: 'member' })).toMatchObject({
      ok: false,
      error: { kind: 'declared' },
    });
    expect(updateMember(world, { ...EVE, login: 'nobody' }, {})).toMatchObject({
      ok: false,
      error: { kind: 'absent' },
    });
  });
});

describe('a member who is removed', () => {
  const world = worldOf([
    made.organization('globex'),
    made.member('globex', 'eve'),
    made.team('globex', 'core', 'eve'),
    made.member('acme', 'eve'),
    made.team('acme', 'core', 'eve', 'ada'),
    made.team('acme', 'other', 'ada'),
  ]);

  it('leaves the teams of this organization, and what they held in it ends', () => {
    const edit = deleteMember(world, EVE, 'ada');
    const user = world.snapshot.organizations.get('acme')?.directory.members.get('eve')?.user;
    expect(edit).toMatchObject({
      ok: true,
      value: {
        revoke: [{ by: 'principal', value: user }],
        event: 'member.deleted',
        detail: { login: 'eve' },
      },
    });
    if (!edit.ok) return;
    expect(edit.value.put?.map(({ organization, key }) => [organization, key])).toEqual([['acme', 'core']]);
    const again = worldAfter(worldAfter(world, edit.value), {
      ...edit.value,
      put: [made.member('acme', 'eve')],
    });
    const { organizations } = again.snapshot;
    expect(organizations.get('acme')?.directory.teams.get('core')?.members).toEqual(['ada']);
    expect(organizations.get('globex')?.directory.teams.get('core')?.members).toEqual(['eve']);
  });

  it('is not who asks', () => {
    expect(deleteMember(world, EVE, 'eve')).toEqual({
      ok: false,
      error: { kind: 'invalid', message: 'A member cannot remove themselves.' },
    });
    expect(deleteMember(world, EVE, undefined).ok).toBe(true);
  });

  it('is one of the API', () => {
    expect(deleteMember(world, { ...EVE, login: 'ada' }, undefined)).toMatchObject({
      ok: false,
      error: { kind: 'declared' },
    });
    expect(deleteMember(world, { ...EVE, login: 'nobody' }, undefined)).toMatchObject({
      ok: false,
      error: { kind: 'absent' },
    });
  });
});
