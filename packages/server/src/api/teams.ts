import type { Principal } from '@countersign/core';
import { teamCreation, teamUpdate, type TeamView } from '@countersign/core/api-model';
import { createTeam, deleteTeam, updateTeam, type TeamPlace } from '../administration/teams.ts';
import { memberOf } from '../caller/role.ts';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { Snapshot, TeamEntry } from '../snapshot/model.ts';
import { apiError, NO_CONTENT, refusalAnswer } from './answer.ts';
import { ownership, type DirectoryDeps } from './directory.ts';
import { readBodyAs } from './json-body.ts';
import type { ApiCall } from './operation.ts';

/** Teams of an organization, with who is in them and what the caller is to each. */

/** GET /api/orgs/{org}/teams */
export function getTeams(deps: DirectoryDeps, call: ApiCall): Answer {
  const view = viewer(deps.snapshot(), call);
  return jsonAnswer(200, { teams: [...call.organization().directory.teams.values()].map(view) });
}

/** GET /api/orgs/{org}/teams/{team} */
export function getTeam(deps: DirectoryDeps, call: ApiCall): Answer {
  const team = call.organization().directory.teams.get(call.parameter('team'));
  return team ? jsonAnswer(200, viewer(deps.snapshot(), call)(team)) : apiError(404, 'No such team.');
}

/** POST /api/orgs/{org}/teams/pulumi `{name, displayName?, description?}`: 201 */
export async function postTeam(deps: DirectoryDeps, call: ApiCall): Promise<Answer> {
  const body = await readBodyAs(call, deps.snapshot().settings.limits.apiBody, teamCreation);
  if (!body.ok) return body.error;
  const { name: organization } = call.organization();
  const changed = await deps.change(call.author(), (world) =>
    createTeam(world, organization, body.value, deps.now()),
  );
  if (!changed.ok) return refusalAnswer(changed.error);
  const team = changed.value.organizations.get(organization)?.directory.teams.get(body.value.name);
  if (!team) throw new Error('a team that was created is not there');
  return jsonAnswer(201, viewer(changed.value, call)(team));
}

/** PATCH /api/orgs/{org}/teams/{team} `{newDisplayName?, newDescription?}` or `{member, memberAction}`: 204 */
export async function patchTeam(deps: DirectoryDeps, call: ApiCall): Promise<Answer> {
  const body = await readBodyAs(call, deps.snapshot().settings.limits.apiBody, teamUpdate);
  if (!body.ok) return body.error;
  const changed = await deps.change(call.author(), (world) => updateTeam(world, placeOf(call), body.value));
  return changed.ok ? NO_CONTENT : refusalAnswer(changed.error);
}

/** DELETE /api/orgs/{org}/teams/{team}: 204, and its tokens are over. */
export async function removeTeam(deps: DirectoryDeps, call: ApiCall): Promise<Answer> {
  const changed = await deps.change(call.author(), (world) => deleteTeam(world, placeOf(call)));
  return changed.ok ? NO_CONTENT : refusalAnswer(changed.error);
}

function placeOf(call: ApiCall): TeamPlace {
  return { organization: call.organization().name, team: call.parameter('team') };
}

/** Shows teams of the call's organization to whoever calls. */
function viewer(snapshot: Snapshot, call: ApiCall): (team: TeamEntry) => TeamView {
  const { name: organization } = call.organization();
  const people = snapshot.organizations.get(organization)?.directory.members;
  const login = loginIn(snapshot, organization, call.caller.principal);
  return ({ name, displayName, description, members, admins, stored }) => ({
    kind: 'pulumi',
    name,
    displayName,
    description,
    userRole: login !== undefined && members.includes(login) ? roleOf(admins, login) : 'none',
    members: members.map((member) => ({
      name: people?.get(member)?.name ?? member,
      githubLogin: member,
      avatarUrl: '',
      role: roleOf(admins, member),
    })),
    stacks: [],
    environments: [],
    accounts: [],
    roleIds: [],
    ...ownership(stored),
  });
}

function roleOf(admins: readonly string[], login: string): 'admin' | 'member' {
  return admins.includes(login) ? 'admin' : 'member';
}

function loginIn(snapshot: Snapshot, organization: string, principal: Principal): string | undefined {
  const member = principal.kind === 'user' ? memberOf(snapshot, principal) : undefined;
  return member?.organization === organization ? member.login : undefined;
}
