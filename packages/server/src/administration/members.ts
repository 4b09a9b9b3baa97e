import { err, ok, type Result } from '@countersign/core';
import type { MemberCreation, MemberUpdate } from '@countersign/core/api-model';
import { fileId } from '../snapshot/file-id.ts';
import type { MemberEntry } from '../snapshot/model.ts';
import type { MemberDocument, ObjectContent, StoredObject } from '../snapshot/stored-objects.ts';
import type { World } from '../snapshot/world.ts';
import { deleteIdentitiesOfMember } from '../storage/repositories/identities.ts';
import type { Edit, Refused } from './model.ts';
import { declared, directoryOf, endsEarlier, storedObject } from './stored-thing.ts';

/** Members of an organization over the API. A login is one person on the whole server, whoever adds them where. */

export interface MemberPlace {
  readonly organization: string;
  readonly login: string;
}

/** `now` in epoch seconds. */
export function createMember(
  world: World,
  place: MemberPlace,
  { role, email, name }: MemberCreation,
  now: number,
): Result<Edit, Refused> {
  const directory = directoryOf(world, place.organization);
  if (!directory.ok) return directory;
  const { login } = place;
  if (directory.value.members.has(login)) {
    return err({ kind: 'taken', message: `${login} is a member already.` });
  }
  const document = { role, ...personOf({ email, name }) };
  const fault = emailFault(world, place, document.email);
  if (fault !== undefined) return err({ kind: 'taken', message: fault });
  return ok({
    // A team may still know of a member of this login whom the file has dropped.
    put: [memberObject(place, document), ...teamsWithout(world, place)],
    // Nor is whoever was the member of this login the new one: they sign in for the first time, like everybody.
    more: [deleteIdentitiesOfMember({ organization: place.organization, user: fileId('usr', login) })],
    revoke: [endsEarlier({ by: 'principal', value: fileId('usr', login) }, now)],
    event: 'member.created',
    detail: { login, role },
  });
}

/** `null` and absence are unchanged. */
export function updateMember(
  world: World,
  place: MemberPlace,
  { role, fgaRoleId, email, name }: MemberUpdate,
): Result<Edit, Refused> {
  const found = ownedMember(world, place);
  if (!found.ok) return found;
  const { member, document: before } = found.value;
  const document = { ...before, ...personOf({ email, name }), role: role ?? fgaRoleId ?? before.role };
  const fault = emailFault(world, place, document.email);
  if (fault !== undefined) return err({ kind: 'taken', message: fault });
  return ok({
    put: [memberObject(place, document)],
    ...(isOtherEmail(before, document) ? { revoke: [{ by: 'principal', value: member.user }] } : {}),
    event: 'member.updated',
    detail: { login: place.login, changed: changedMembers(before, document) },
  });
}

/**
 * A token says the email that its member had when it was made, and routes let people in by that. The role is looked up
 * at every use instead, and the name opens nothing.
 */
function isOtherEmail(before: MemberDocument, after: MemberDocument): boolean {
  return before.email !== undefined && before.email.toLowerCase() !== after.email?.toLowerCase();
}

/**
 * Out of the organization, its teams with it, and all that they held in it ends. `caller`: the login of who asks, where
 * that is a member of this organization: nobody locks themselves out by a slip.
 */
export function deleteMember(
  world: World,
  place: MemberPlace,
  caller: string | undefined,
): Result<Edit, Refused> {
  const found = ownedMember(world, place);
  if (!found.ok) return found;
  const { organization, login } = place;
  if (login === caller) return err({ kind: 'invalid', message: 'A member cannot remove themselves.' });
  return ok({
    put: teamsWithout(world, place),
    remove: [{ organization, kind: 'member', key: login }],
    revoke: [{ by: 'principal', value: found.value.member.user }],
    event: 'member.deleted',
    detail: { login },
  });
}

/** Otherwise they would be in their teams again when somebody adds them anew. The file's have no members of the API. */
function teamsWithout({ objects }: World, { organization, login }: MemberPlace): readonly ObjectContent[] {
  return objects
    .filter((object): object is Extract<StoredObject, { readonly kind: 'team' }> => object.kind === 'team')
    .filter((team) => team.organization === organization)
    .filter(({ document }) => document.members.some((member) => member.login === login))
    .map(({ kind, key, document }) => ({
      organization,
      kind,
      key,
      document: { ...document, members: document.members.filter((member) => member.login !== login) },
    }));
}

/** What the configuration file is held to as well: the first sign-in finds a person by email, and must not find two. */
function emailFault(world: World, place: MemberPlace, email: string | undefined): string | undefined {
  const written = email?.toLowerCase();
  if (written === undefined) return undefined;
  for (const { name, directory } of world.snapshot.organizations.values()) {
    if (name === place.organization) continue;
    const elsewhere = directory.members.get(place.login)?.email?.toLowerCase();
    if (elsewhere !== undefined && elsewhere !== written)
      return `email: expected the one that ${place.login} has in another organization`;
  }
  const own = world.snapshot.organizations.get(place.organization)?.directory.members.values() ?? [];
  const other = [...own].find((one) => one.login !== place.login && one.email?.toLowerCase() === written);
  return other && `email: ${other.login} has this one already`;
}

interface OwnedMember {
  readonly member: MemberEntry;
  readonly document: MemberDocument;
}

function ownedMember(world: World, { organization, login }: MemberPlace): Result<OwnedMember, Refused> {
  const directory = directoryOf(world, organization);
  if (!directory.ok) return directory;
  const member = directory.value.members.get(login);
  if (!member) return err({ kind: 'absent', message: 'No such member.' });
  const stored = storedObject(world, organization, 'member', login);
  return stored ? ok({ member, document: stored.document }) : err(declared('member'));
}

type Person = Pick<MemberDocument, 'email' | 'name'>;

function personOf({ email, name }: Pick<MemberUpdate, 'email' | 'name'>): Person {
  return { ...(email ? { email } : {}), ...(name ? { name } : {}) };
}

function memberObject({ organization, login: key }: MemberPlace, document: MemberDocument): ObjectContent {
  return { organization, kind: 'member', key, document };
}

function changedMembers(before: MemberDocument, after: MemberDocument): readonly string[] {
  return (['role', 'email', 'name'] as const).filter((name) => before[name] !== after[name]);
}
