import { describe, expect, it } from 'vitest';
import { createServiceAccount, deleteServiceAccount, updateServiceAccount } from './service-accounts.ts';
import { made, worldAfter, worldOf } from './testing/world.ts';

const NOW = 1_790_000_000;
const BACKUP = { organization: 'acme', name: 'backup' };
const tokensOfBackup = { by: 'principal', value: 'service:acme/backup' };

const accountIn = (world: ReturnType<typeof worldOf>) =>
  world.snapshot.organizations.get('acme')?.directory.serviceAccounts.get('backup');

describe('a service account that is made', () => {
  it('is there with its claims, and nothing from before speaks as it', () => {
    const world = worldOf([]);
    const edit = createServiceAccount(world, 'acme', { name: 'backup', claims: { tier: 1 } }, NOW);
    expect(edit).toMatchObject({
      ok: true,
      value: {
        revoke: [{ ...tokensOfBackup, before: NOW - 1 }],
        event: 'service_account.created',
        detail: { name: 'backup' },
      },
    });
    if (!edit.ok) return;
    expect(accountIn(worldAfter(world, edit.value))).toMatchObject({ claims: { tier: 1 }, disabled: false });
  });

  it('has a name of its own, in an organization that there is', () => {
    const world = worldOf([made.serviceAccount('acme', 'backup')]);
    expect(createServiceAccount(world, 'acme', { name: 'backup' }, NOW)).toMatchObject({
      ok: false,
      error: { kind: 'taken' },
    });
    expect(createServiceAccount(world, 'gone', { name: 'backup' }, NOW)).toMatchObject({
      ok: false,
      error: { kind: 'absent' },
    });
  });
});

describe('a service account that is changed', () => {
  const world = worldOf([made.serviceAccount('acme', 'backup', { description: 'old', claims: { tier: 1 } })]);

  it('keeps what is not named, and its claims whatever is named', () => {
    const edit = updateServiceAccount(world, BACKUP, { disabled: true, description: null });
    if (!edit.ok) throw new Error(edit.error.message);
    expect(accountIn(worldAfter(world, edit.value))).toMatchObject({
      description: 'old',
      claims: { tier: 1 },
      disabled: true,
    });
  });

  it('ends with its tokens', () => {
    const edit = deleteServiceAccount(world, BACKUP);
    expect(edit).toMatchObject({ ok: true, value: { revoke: [tokensOfBackup] } });
    if (edit.ok) expect(accountIn(worldAfter(world, edit.value))).toBeUndefined();
  });

  it('has to be there', () => {
    for (const place of [
      { ...BACKUP, name: 'none' },
      { ...BACKUP, organization: 'gone' },
    ])
      for (const edit of [updateServiceAccount(world, place, {}), deleteServiceAccount(world, place)])
        expect(edit).toMatchObject({ ok: false, error: { kind: 'absent' } });
  });
});
