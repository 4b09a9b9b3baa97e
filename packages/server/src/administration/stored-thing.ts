import { err, ok, type Result } from '@countersign/core';
import type { OrganizationDirectory } from '../snapshot/model.ts';
import type { ObjectKind, StoredObject } from '../snapshot/stored-objects.ts';
import type { World } from '../snapshot/world.ts';
import type { Ending, Refused } from './model.ts';

/** What organizations, members, teams and runners have in common when they are made, changed and deleted. */

/** Of an organization that may have ended while the change was waiting for its turn. */
export function directoryOf(world: World, organization: string): Result<OrganizationDirectory, Refused> {
  const found = world.snapshot.organizations.get(organization);
  return found ? ok(found.directory) : err({ kind: 'absent', message: 'No such organization.' });
}

type Of<Kind extends ObjectKind> = Extract<StoredObject, { readonly kind: Kind }>;

/** What is stored of a thing; `undefined`: it is declared in the file. */
export function storedObject<Kind extends ObjectKind>(
  { objects }: World,
  organization: string,
  kind: Kind,
  key: string,
): Of<Kind> | undefined {
  return objects.find(
    (object): object is Of<Kind> =>
      object.kind === kind && object.key === key && object.organization === organization,
  );
}

export function declared(thing: string): Refused {
  return {
    kind: 'declared',
    message: `This ${thing} is declared in the configuration file, which alone changes it.`,
  };
}

/**
 * A thing that is made begins with nothing: had the file declared one of its name before, tokens of that one would come
 * back to life with it. Whatever is issued from this second on is its own.
 */
export function endsEarlier(ending: Ending, now: number): Ending {
  return { ...ending, before: now - 1 };
}
