import { principalId, principalOf, type Principal } from '@countersign/core';
import { teamTokenCreation } from '@countersign/core/api-model';
import type { Answer } from '../http/message.ts';
import { apiError } from './answer.ts';
import { readBodyAs } from './json-body.ts';
import {
  createdTokenAnswer,
  deletedTokenAnswer,
  madeTokensAnswer,
  type MadeTokensDeps,
} from './made-tokens.ts';
import type { ApiCall } from './operation.ts';

/** Tokens that speak as a team, looked after by administrators and by the team's own admins. */

/** GET /api/orgs/{org}/teams/{team}/tokens */
export async function getTeamTokens(deps: MadeTokensDeps, call: ApiCall): Promise<Answer> {
  const team = teamOf(call);
  return team ? madeTokensAnswer(deps, call, call.organization(), team) : NO_TEAM;
}

/** POST /api/orgs/{org}/teams/{team}/tokens `{name, description?, expires?}` → `{id, tokenValue}` */
export async function postTeamToken(deps: MadeTokensDeps, call: ApiCall): Promise<Answer> {
  if (!teamOf(call)) return NO_TEAM;
  const body = await readBodyAs(call, deps.snapshot().settings.limits.apiBody, teamTokenCreation);
  if (!body.ok) return body.error;
  const target = { type: 'team', team: call.parameter('team') } as const;
  return createdTokenAnswer(deps, call, { organization: call.organization().name, target, ...body.value });
}

/** DELETE /api/orgs/{org}/teams/{team}/tokens/{id} */
export async function deleteTeamToken(deps: MadeTokensDeps, call: ApiCall): Promise<Answer> {
  const team = teamOf(call);
  if (!team) return NO_TEAM;
  return deletedTokenAnswer(deps, call, ({ principal }) => principalId(principal) === principalId(team));
}

const NO_TEAM = apiError(404, 'No such team.');

function teamOf(call: ApiCall): Principal | undefined {
  return principalOf({ type: 'team', team: call.parameter('team') }, call.organization().directory);
}
