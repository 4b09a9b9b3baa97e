import { describe, expect, it } from 'vitest';
import { deleteIdentitiesOfOrganization } from '../storage/repositories/identities.ts';
import { createOrganization, deleteOrganization } from './organizations.ts';
import { made, worldAfter, worldOf } from './testing/world.ts';

const NOW = 1_790_000_000;

describe('an organization that is made', () => {
  it('is there, and empty', () => {
    const world = worldOf([]);
    const edit = createOrganization(world, 'later', NOW);
    expect(edit).toMatchObject({
      ok: true,
      value: { remove: [], event: 'organization.created', detail: { organization: 'later' } },
    });
    if (!edit.ok) return;
    const organization = worldAfter(world, edit.value).snapshot.organizations.get('later');
    expect(organization?.directory.members.size).toBe(0);
    expect(organization?.stored).toBeDefined();
  });

  it('begins with nothing, whatever an earlier one of its name has left', () => {
    const world = worldOf([
      made.member('later', 'eve', { role: 'admin' }),
      made.team('later', 'core', 'eve'),
    ]);
    const edit = createOrganization(world, 'later', NOW);
    expect(edit).toMatchObject({
      ok: true,
      value: {
        revoke: [{ by: 'organization', value: 'later', before: NOW - 1 }],
        more: [deleteIdentitiesOfOrganization('later')],
      },
    });
    if (!edit.ok) return;
    const { directory } = worldAfter(world, edit.value).snapshot.organizations.get('later') ?? {};
    expect([directory?.members.size, directory?.teams.size]).toEqual([0, 0]);
  });

  it('has a name of its own, whoever owns the other', () => {
    const world = worldOf([made.organization('later')]);
    for (const name of ['acme', 'later'])
      expect(createOrganization(world, name, NOW)).toMatchObject({ ok: false, error: { kind: 'taken' } });
  });
});

describe('an organization that is deleted', () => {
  const all = [
    made.organization('later'),
    made.member('later', 'eve'),
    made.team('later', 'core', 'eve'),
    made.runner('later', 'run_1', 'arm'),
  ];

  it('takes with it all that is in it, and nothing else, and ends all its tokens', () => {
    const world = worldOf([...all, made.member('acme', 'eve')]);
    const edit = deleteOrganization(world, 'later');
    expect(edit).toMatchObject({
      ok: true,
      value: {
        revoke: [{ by: 'organization', value: 'later' }],
        event: 'organization.deleted',
        detail: { organization: 'later', objects: 4 },
      },
    });
    if (!edit.ok) return;
    const after = worldAfter(world, edit.value);
    expect([...after.snapshot.organizations.keys()]).toEqual(['acme']);
    expect(after.objects.map(({ organization }) => organization)).toEqual(['acme']);
  });

  it('is one of the API: that of the file is left alone, and one that is not there is said to be none', () => {
    const world = worldOf(all);
    expect(deleteOrganization(world, 'acme')).toMatchObject({ ok: false, error: { kind: 'declared' } });
    expect(deleteOrganization(world, 'gone')).toMatchObject({ ok: false, error: { kind: 'absent' } });
  });
});
