import { explainDecision } from '../audit/explain-decision.ts';
import type { Decisions, StoredDecision } from '../audit/port.ts';
import { jsonAnswer, type Answer, type ServiceRequest } from '../http/message.ts';
import type { Snapshot } from '../snapshot/model.ts';
import type { Reader } from '../storage/port.ts';
import { apiError, callerError } from './answer.ts';
import { identifyCaller, type Present } from '../caller/caller.ts';
import { roleIn } from '../caller/role.ts';

/**
 * GET /api/decisions/{id} (site administrator) and /api/orgs/{org}/decisions/{id} (its admins): one decision with its
 * explanation, recomputed by the engine. Whoever may not read it is told that there is no such decision.
 */

export interface DecisionsDeps {
  readonly snapshot: () => Snapshot;
  readonly present: Present;
  readonly decisions: Decisions;
  readonly reader: Reader;
}

export async function getDecision(
  deps: DecisionsDeps,
  request: ServiceRequest,
  parameters: { readonly organization?: string; readonly id: string },
): Promise<Answer> {
  const caller = await identifyCaller(deps, request);
  if (!caller.ok) return callerError(caller.error);
  const role = roleIn(deps.snapshot(), caller.value.principal, parameters.organization ?? '');
  if (role !== 'S' && (parameters.organization === undefined || role !== 'A')) {
    return apiError(403, 'Reading decisions takes an administrator.');
  }
  const found = await deps.decisions.find(parameters.id);
  if (!found.ok) return callerError('unavailable');
  if (!found.value || !belongs(found.value, parameters.organization))
    return apiError(404, 'No such decision.');
  const explained = await explainDecision({ reader: deps.reader }, found.value);
  return explained.ok ? jsonAnswer(200, explained.value) : callerError('unavailable');
}

function belongs({ record }: StoredDecision, organization: string | undefined): boolean {
  return organization === undefined || record.organization === organization;
}
