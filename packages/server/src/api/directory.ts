import type { Member } from '@countersign/core';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { Organization, Snapshot } from '../snapshot/model.ts';
import { memberOf } from '../caller/role.ts';
import { apiError } from './answer.ts';
import type { ApiCall } from './operation.ts';

/** What an organization consists of, as its own principals may read it: teams, members, runners. */

/** GET /api/orgs/{org} */
export function getOrganization(_deps: unknown, call: ApiCall): Answer {
  const { name } = call.organization();
  return jsonAnswer(200, { name, githubLogin: name, avatarUrl: '', source: 'file' });
}

/** GET /api/orgs/{org}/teams */
export function getTeams(_deps: unknown, call: ApiCall): Answer {
  const organization = call.organization();
  const teams = [...organization.directory.teams.keys()].map((name) => teamView(organization, name));
  return jsonAnswer(200, { teams });
}

/** GET /api/orgs/{org}/teams/{team} */
export function getTeam(_deps: unknown, call: ApiCall): Answer {
  const team = teamView(call.organization(), call.parameter('team'));
  return team ? jsonAnswer(200, team) : apiError(404, 'No such team.');
}

function teamView({ directory }: Organization, name: string): Readonly<Record<string, unknown>> | undefined {
  const team = directory.teams.get(name);
  if (!team) return undefined;
  const members = team.members.map((login) => ({
    name: directory.members.get(login)?.name ?? login,
    githubLogin: login,
    avatarUrl: '',
    role: 'member',
  }));
  return {
    kind: 'pulumi',
    name: team.name,
    displayName: team.displayName,
    description: '',
    members,
    source: 'file',
  };
}

/** GET /api/orgs/{org}/members */
export function getMembers(_deps: unknown, call: ApiCall): Answer {
  const members = [...call.organization().directory.members.values()].map(memberView);
  return jsonAnswer(200, { members });
}

function memberView({ user, login, name, email, role }: Member): Readonly<Record<string, unknown>> {
  return {
    role,
    user: { id: user, githubLogin: login, name: name ?? login, email: email ?? '', avatarUrl: '' },
    source: 'file',
  };
}

/** GET /api/orgs/{org}/agent-pools: the runners. */
export function getAgentPools(_deps: unknown, call: ApiCall): Answer {
  const agentPools = [...call.organization().directory.runners].map((name) => ({
    id: name,
    name,
    description: '',
    source: 'file',
  }));
  return jsonAnswer(200, { agentPools });
}

/**
 * GET /api/user/organizations/default: the one organization that the caller belongs to, in the capitals that existing
 * clients expect; 404 when there is none.
 */
export function getDefaultOrganization(
  deps: { readonly snapshot: () => Snapshot },
  { caller: { principal } }: ApiCall,
): Answer {
  const name =
    principal.kind === 'user'
      ? memberOf(deps.snapshot(), principal)?.organization
      : principal.kind === 'administrator'
        ? undefined
        : principal.organization;
  return name === undefined
    ? apiError(404, 'There is no default organization.')
    : jsonAnswer(200, { GitHubLogin: name, Messages: [] });
}

/** GET /api/capabilities: none of the optional features that existing clients ask for. */
export function getCapabilities(): Answer {
  return jsonAnswer(200, { capabilities: [] });
}
