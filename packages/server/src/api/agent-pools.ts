import { principalId, type Result } from '@countersign/core';
import { agentPoolCreation, agentPoolUpdate, type AgentPoolSummary } from '@countersign/core/api-model';
import type { MintedMade } from '../administration/made-token.ts';
import type { Refusal } from '../administration/model.ts';
import type { MintRunnerToken } from '../administration/runner-token.ts';
import { createRunner, deleteRunner, updateRunner, type RunnerPlace } from '../administration/runners.ts';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { RunnerEntry, Snapshot } from '../snapshot/model.ts';
import { apiError, NO_CONTENT, refusalAnswer } from './answer.ts';
import { ownership, type DirectoryDeps } from './directory.ts';
import { readBodyAs } from './json-body.ts';
import type { ApiCall } from './operation.ts';

/** Agent pools: what existing clients call the runners of an organization. The API's own come with a token. */
export interface AgentPoolsDeps extends DirectoryDeps {
  readonly newRunnerId: () => string;
  readonly mintRunnerToken: MintRunnerToken;
  /** Makes a token known that has been committed. */
  readonly keepToken: (token: MintedMade) => void;
}

/** GET /api/orgs/{org}/agent-pools */
export function getAgentPools(_deps: unknown, call: ApiCall): Answer {
  const agentPools = [...call.organization().directory.runnersById.values()].map(summaryOf);
  return jsonAnswer(200, { agentPools });
}

/** GET /api/orgs/{org}/agent-pools/{id} */
export function getAgentPool(_deps: unknown, call: ApiCall): Answer {
  const runner = call.organization().directory.runnersById.get(call.parameter('id'));
  return runner ? jsonAnswer(200, viewOf(runner)) : apiError(404, 'No such agent pool.');
}

/** POST /api/orgs/{org}/agent-pools `{name, description?}`: 200 `{id, tokenValue}`, the one time that the value is shown. */
export async function postAgentPool(deps: AgentPoolsDeps, call: ApiCall): Promise<Answer> {
  const body = await readBodyAs(call, deps.snapshot().settings.limits.apiBody, agentPoolCreation);
  if (!body.ok) return body.error;
  const place = { organization: call.organization().name, id: deps.newRunnerId() };
  const createdBy = principalId(call.caller.principal);
  const order = { organization: place.organization, runner: body.value.name, createdBy };
  let token: MintedMade | undefined;
  const changed = await deps.change(call.author(), (world) => {
    token = deps.mintRunnerToken(order);
    return createRunner(world, place, body.value, token);
  });
  if (!changed.ok) return refusalAnswer(changed.error);
  if (!token) throw new Error('an agent pool was created without a token');
  deps.keepToken(token);
  return jsonAnswer(200, { id: place.id, tokenValue: token.value });
}

/** PATCH /api/orgs/{org}/agent-pools/{id} `{name?, description?}`: with the name, the tokens of the old one are over. */
export async function patchAgentPool(deps: AgentPoolsDeps, call: ApiCall): Promise<Answer> {
  const body = await readBodyAs(call, deps.snapshot().settings.limits.apiBody, agentPoolUpdate);
  if (!body.ok) return body.error;
  const place = placeOf(call);
  const changed = await deps.change(call.author(), (world) =>
    updateRunner(world, place, body.value, deps.now()),
  );
  return poolAnswer(changed, place);
}

/** DELETE /api/orgs/{org}/agent-pools/{id}: 204, and its tokens are over. With `force` or without: nothing holds one back. */
export async function removeAgentPool(deps: AgentPoolsDeps, call: ApiCall): Promise<Answer> {
  const changed = await deps.change(call.author(), (world) => deleteRunner(world, placeOf(call)));
  return changed.ok ? NO_CONTENT : refusalAnswer(changed.error);
}

function placeOf(call: ApiCall): RunnerPlace {
  return { organization: call.organization().name, id: call.parameter('id') };
}

function poolAnswer(changed: Result<Snapshot, Refusal>, { organization, id }: RunnerPlace): Answer {
  if (!changed.ok) return refusalAnswer(changed.error);
  const runner = changed.value.organizations.get(organization)?.directory.runnersById.get(id);
  if (!runner) throw new Error('an agent pool that was changed is not there');
  return jsonAnswer(200, viewOf(runner));
}

/** Agents do not report here, so nothing is known of any. */
function viewOf(runner: RunnerEntry): AgentPoolSummary & { readonly agents: readonly never[] } {
  return { ...summaryOf(runner), agents: [] };
}

function summaryOf({ id, name, description, stored }: RunnerEntry): AgentPoolSummary {
  return {
    id,
    name,
    description,
    created: stored === undefined ? 0 : Math.floor(stored.created / 1000),
    lastSeen: 0,
    status: 'offline',
    isDefault: false,
    source: ownership(stored).source,
  };
}
