import { err, ok, principalId, type Result } from '@countersign/core';
import type { TeamCreation, TeamUpdate } from '@countersign/core/api-model';
import type { ObjectContent, TeamDocument } from '../snapshot/stored-objects.ts';
import type { World } from '../snapshot/world.ts';
import type { Edit, Ending, Refused } from './model.ts';
import { declared, directoryOf, endsEarlier, storedObject } from './stored-thing.ts';

/** Teams over the API: who is in them, and who of these looks after their tokens. */

export interface TeamPlace {
  readonly organization: string;
  readonly team: string;
}

/** `now` in epoch seconds. */
export function createTeam(
  world: World,
  organization: string,
  request: TeamCreation,
  now: number,
): Result<Edit, Refused> {
  const directory = directoryOf(world, organization);
  if (!directory.ok) return directory;
  const { name: team, displayName, description } = request;
  if ((request.organization ?? organization) !== organization) {
    return err({ kind: 'invalid', message: 'organization: expected the one of the path' });
  }
  if (directory.value.teams.has(team)) {
    return err({ kind: 'taken', message: 'There is a team with this name already.' });
  }
  const document = { displayName: displayName || team, description: description ?? '', members: [] };
  return ok({
    put: [teamObject({ organization, team }, document)],
    revoke: [endsEarlier(tokensOf({ organization, team }), now)],
    event: 'team.created',
    detail: { team },
  });
}

/** Either what it is called or one of its members; `null` and absence are unchanged. */
export function updateTeam(world: World, place: TeamPlace, request: TeamUpdate): Result<Edit, Refused> {
  const before = ownedTeam(world, place);
  if (!before.ok) return before;
  const { newDisplayName, newDescription, member, memberAction } = request;
  if (isGiven(member) && isGiven(memberAction)) {
    if (isGiven(newDisplayName) || isGiven(newDescription)) {
      return err({ kind: 'invalid', message: 'member: expected no new name or description beside it' });
    }
    return changeMember(world, place, before.value, { login: member, action: memberAction });
  }
  const displayName = isGiven(newDisplayName) ? newDisplayName || place.team : before.value.displayName;
  const document = { ...before.value, displayName, description: newDescription ?? before.value.description };
  return ok({
    put: [teamObject(place, document)],
    event: 'team.updated',
    detail: { team: place.team, changed: changedMembers(before.value, document) },
  });
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null;
}

interface MemberChange {
  readonly login: string;
  readonly action: NonNullable<TeamUpdate['memberAction']>;
}

function changeMember(
  world: World,
  place: TeamPlace,
  before: TeamDocument,
  { login, action }: MemberChange,
): Result<Edit, Refused> {
  const members = membersAfter(world, place, before.members, { login, action });
  if (!members.ok) return members;
  return ok({
    put: [teamObject(place, { ...before, members: members.value })],
    event: 'team.updated',
    detail: { team: place.team, member: login, memberAction: action },
  });
}

function membersAfter(
  world: World,
  { organization }: TeamPlace,
  members: TeamDocument['members'],
  { login, action }: MemberChange,
): Result<TeamDocument['members'], Refused> {
  const others = members.filter((member) => member.login !== login);
  const isThere = others.length < members.length;
  // Whoever has left already is out: two who tidy up at once both succeed.
  if (action === 'remove') return ok(others);
  const isMember = world.snapshot.organizations.get(organization)?.directory.members.has(login) ?? false;
  if (!isMember) {
    return err({ kind: 'invalid', message: `member: ${login} is no member of the organization` });
  }
  if (action === 'add') {
    if (isThere) return err({ kind: 'taken', message: `${login} is in this team already.` });
    return ok([...members, { login, role: 'member' }]);
  }
  if (!isThere) return err({ kind: 'absent', message: `${login} is not in this team.` });
  const role = action === 'promote' ? 'admin' : 'member';
  return ok(members.map((member) => (member.login === login ? { login, role } : member)));
}

/** Its tokens end with it, for good. */
export function deleteTeam(world: World, place: TeamPlace): Result<Edit, Refused> {
  const found = ownedTeam(world, place);
  if (!found.ok) return found;
  const { organization, team } = place;
  return ok({
    remove: [{ organization, kind: 'team', key: team }],
    revoke: [tokensOf(place)],
    event: 'team.deleted',
    detail: { team },
  });
}

function ownedTeam(world: World, { organization, team }: TeamPlace): Result<TeamDocument, Refused> {
  const directory = directoryOf(world, organization);
  if (!directory.ok) return directory;
  if (!directory.value.teams.has(team)) return err({ kind: 'absent', message: 'No such team.' });
  const stored = storedObject(world, organization, 'team', team);
  return stored ? ok(stored.document) : err(declared('team'));
}

function tokensOf({ organization, team }: TeamPlace): Ending {
  const vouchedBy = { kind: 'organization', organization } as const;
  return { by: 'principal', value: principalId({ kind: 'team', organization, team, vouchedBy }) };
}

function teamObject({ organization, team: key }: TeamPlace, document: TeamDocument): ObjectContent {
  return { organization, kind: 'team', key, document };
}

function changedMembers(before: TeamDocument, after: TeamDocument): readonly string[] {
  return (['displayName', 'description'] as const).filter((name) => before[name] !== after[name]);
}
