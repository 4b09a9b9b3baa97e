import { ok, type Result } from '@countersign/core';
import type { World } from '../snapshot/world.ts';
import { deleteIdentity, type Identity } from '../storage/repositories/identities.ts';
import type { Edit, Refused } from './model.ts';
import { directoryOf } from './stored-thing.ts';

/**
 * Takes away which person of an identity provider a member is: for good, with every session that came of it, in this
 * organization and no other. Whoever signs in next with the member's verified email is the member then. It touches
 * nothing that the configuration file owns: the file says who members are, and never which account they sign in with.
 */
export function removeIdentity(world: World, identity: Identity): Result<Edit, Refused> {
  const { organization, provider, login, id } = identity;
  const directory = directoryOf(world, organization);
  if (!directory.ok) return directory;
  return ok({
    more: [deleteIdentity(identity)],
    revoke: [{ by: 'principal', value: id }],
    event: 'identity.removed',
    // Not the `sub`: what the trail keeps longest should say the least of a person.
    detail: { login, provider, identity: id },
  });
}
