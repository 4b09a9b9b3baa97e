import { err, ok, type Result } from '@countersign/core';
import type { World } from '../snapshot/world.ts';
import { deleteIdentitiesOfOrganization } from '../storage/repositories/identities.ts';
import type { Edit, Refused } from './model.ts';
import { declared, endsEarlier } from './stored-thing.ts';

/** Organizations over the API: made and deleted by the site administrator. Routes of the file never name one of them. */

/** `now` in epoch seconds. */
export function createOrganization(world: World, name: string, now: number): Result<Edit, Refused> {
  if (world.snapshot.organizations.has(name)) {
    return err({ kind: 'taken', message: 'There is an organization with this name already.' });
  }
  return ok({
    put: [{ organization: name, kind: 'organization', key: name, document: {} }],
    // Left from one of this name that the file has dropped. Its members must not be admins of the new one.
    remove: objectsOf(world, name),
    more: [deleteIdentitiesOfOrganization(name)],
    revoke: [endsEarlier({ by: 'organization', value: name }, now)],
    event: 'organization.created',
    detail: { organization: name },
  });
}

/** All that was made in it goes with it, and all its tokens end for good. */
export function deleteOrganization(world: World, name: string): Result<Edit, Refused> {
  const organization = world.snapshot.organizations.get(name);
  if (!organization) return err({ kind: 'absent', message: 'No such organization.' });
  if (organization.stored === undefined) return err(declared('organization'));
  const objects = objectsOf(world, name);
  return ok({
    remove: objects,
    revoke: [{ by: 'organization', value: name }],
    event: 'organization.deleted',
    detail: { organization: name, objects: objects.length },
  });
}

function objectsOf({ objects }: World, name: string): NonNullable<Edit['remove']> {
  return objects
    .filter(({ organization }) => organization === name)
    .map(({ organization, kind, key }) => ({ organization, kind, key }));
}
