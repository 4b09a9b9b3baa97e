import { describe, expect, it } from 'vitest';
import { createTeam, deleteTeam, updateTeam } from './teams.ts';
import { made, worldAfter, worldOf } from './testing/world.ts';

const NOW = 1_790_000_000;
const CORE = { organization: 'acme', team: 'core' };
const TOKENS = { by: 'principal', value: 'team:acme/core' };

describe('a team that is made', () => {
  it('is there without members, called by its name, and holds nothing from before', () => {
    const world = worldOf([]);
    const edit = createTeam(world, 'acme', { name: 'core', displayName: '' }, NOW);
    expect(edit).toMatchObject({
      ok: true,
      value: { revoke: [{ ...TOKENS, before: NOW - 1 }], event: 'team.created', detail: { team: 'core' } },
    });
    if (!edit.ok) return;
    const team = worldAfter(world, edit.value)
      .snapshot.organizations.get('acme')
      ?.directory.teams.get('core');
    expect(team).toMatchObject({ displayName: 'core', description: '', members: [], admins: [] });
  });

  it('has a name of its own, whoever owns the other', () => {
    const world = worldOf([made.team('acme', 'core')]);
    for (const name of ['core', 'platform'])
      expect(createTeam(world, 'acme', { name }, NOW)).toMatchObject({ ok: false, error: { kind: 'taken' } });
  });

  it('is made in the organization of the path, and in no other', () => {
    const world = worldOf([made.organization('globex')]);
    expect(createTeam(world, 'acme', { name: 'core', organization: 'acme' }, NOW).ok).toBe(true);
    expect(createTeam(world, 'acme', { name: 'core', organization: 'globex' }, NOW)).toMatchObject({
      ok: false,
      error: { kind: 'invalid', message: 'organization: expected the one of the path' },
    });
    expect(createTeam(world, 'gone', { name: 'core' }, NOW)).toMatchObject({
      ok: false,
      error: { kind: 'absent' },
    });
  });
});

describe('a team that is changed', () => {
  const world = worldOf([made.member('acme', 'eve'), made.team('acme', 'core', 'ada')]);
  const membersAfter = (request: Parameters<typeof updateTeam>[2]): unknown => {
    const edit = updateTeam(world, CORE, request);
    if (!edit.ok) return edit.error;
    const [object] = edit.value.put ?? [];
    return object?.kind === 'team' ? object.document.members : undefined;
  };
  const ADA = { login: 'ada', role: 'admin' };

  it('is called what is given, by its name when that is empty; null and absence change nothing', () => {
    const named = (request: Parameters<typeof updateTeam>[2]) => {
      const edit = updateTeam(world, CORE, request);
      return edit.ok && edit.value.put?.map(({ document }) => document);
    };
    expect(named({ newDisplayName: 'Core', newDescription: null })).toMatchObject([
      { displayName: 'Core', description: '', members: [ADA] },
    ]);
    expect(named({ newDescription: 'us' })).toMatchObject([{ displayName: 'core', description: 'us' }]);
    expect(named({ newDisplayName: '' })).toMatchObject([{ displayName: 'core' }]);
  });

  it('gets members and loses them, and of these some look after it', () => {
    expect(membersAfter({ member: 'eve', memberAction: 'add' })).toEqual([
      ADA,
      { login: 'eve', role: 'member' },
    ]);
    expect(membersAfter({ member: 'ada', memberAction: 'remove' })).toEqual([]);
    expect(membersAfter({ member: 'ada', memberAction: 'demote' })).toEqual([
      { login: 'ada', role: 'member' },
    ]);
    expect(membersAfter({ member: 'ada', memberAction: 'promote' })).toEqual([ADA]);
  });

  it('loses whoever is not there without a word, also who is no member any more', () => {
    expect(membersAfter({ member: 'eve', memberAction: 'remove' })).toEqual([ADA]);
    expect(membersAfter({ member: 'nobody', memberAction: 'remove' })).toEqual([ADA]);
  });

  it('has members of the organization alone, each once', () => {
    expect(membersAfter({ member: 'nobody', memberAction: 'add' })).toEqual({
      kind: 'invalid',
      message: 'member: nobody is no member of the organization',
    });
    expect(membersAfter({ member: 'ada', memberAction: 'add' })).toMatchObject({ kind: 'taken' });
    expect(membersAfter({ member: 'eve', memberAction: 'promote' })).toMatchObject({ kind: 'absent' });
  });

  it('is told one thing at a time', () => {
    const both = { newDisplayName: 'Core', member: 'eve', memberAction: 'add' } as const;
    expect(membersAfter(both)).toMatchObject({ kind: 'invalid' });
  });
});

describe('a team that is deleted', () => {
  it('ends its tokens', () => {
    const world = worldOf([made.team('acme', 'core', 'ada')]);
    expect(deleteTeam(world, CORE)).toEqual({
      ok: true,
      value: {
        remove: [{ organization: 'acme', kind: 'team', key: 'core' }],
        revoke: [TOKENS],
        event: 'team.deleted',
        detail: { team: 'core' },
      },
    });
  });

  it.each([
    ['platform', 'declared'],
    ['nobody', 'absent'],
  ])('is one of the API, as one that is changed: %s', (team, kind) => {
    const world = worldOf([]);
    expect(deleteTeam(world, { ...CORE, team })).toMatchObject({ ok: false, error: { kind } });
    expect(updateTeam(world, { ...CORE, team }, {})).toMatchObject({ ok: false, error: { kind } });
  });
});
