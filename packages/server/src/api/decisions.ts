import type { Decisions, StoredDecision } from '../audit/port.ts';
import { isId } from '../audit/decision-id.ts';
import { decisionSummary, explainDecision } from '../audit/explain-decision.ts';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { Organization } from '../snapshot/model.ts';
import type { Reader } from '../storage/port.ts';
import { listDecisions, parseDecision, type DecisionListQuery } from '../storage/repositories/decisions.ts';
import { apiError, callerError } from './answer.ts';
import type { ApiCall } from './operation.ts';
import { readQuery, type Query } from './query.ts';

/**
 * Decisions for administrators: listed, and one with its explanation, recomputed by the engine. Whoever may not read
 * one is told that there is no such decision.
 */

export interface DecisionsDeps {
  readonly decisions: Decisions;
  readonly reader: Reader;
}

/** GET /api/decisions/{id} (site administrator) and /api/orgs/{org}/decisions/{id} (its admins). */
export async function getDecision(deps: DecisionsDeps, call: ApiCall): Promise<Answer> {
  const organization = call.parameter('org') === '' ? undefined : call.organization().name;
  const found = await deps.decisions.find(call.parameter('id'));
  if (!found.ok) return callerError('unavailable');
  if (!found.value || !belongs(found.value, organization)) return apiError(404, 'No such decision.');
  const explained = await explainDecision({ reader: deps.reader }, found.value);
  return explained.ok ? jsonAnswer(200, explained.value) : callerError('unavailable');
}

function belongs({ record }: StoredDecision, organization: string | undefined): boolean {
  return organization === undefined || record.organization === organization;
}

const FILTERS = [
  'kind',
  'effect',
  'code',
  'issuer',
  'subject',
  'policy',
  'route',
  'principal',
  'since',
  'until',
] as const;

/** GET /api/orgs/{org}/decisions: stored decisions, newest first. */
export async function listOrganizationDecisions(deps: DecisionsDeps, call: ApiCall): Promise<Answer> {
  const query = readQuery(call.request, FILTERS);
  if (!query.ok) return apiError(400, query.error);
  const wanted = listQuery(query.value, call.organization());
  if (typeof wanted === 'string') return apiError(400, wanted);
  const { maxResults } = query.value;
  const rows = await deps.reader.read(listDecisions(wanted));
  if (!rows.ok) return callerError('unavailable');
  const decisions = rows.value.slice(0, maxResults).map((row) => decisionSummary(parseDecision(row)));
  const last = decisions.at(-1);
  const more = rows.value.length > maxResults && last !== undefined;
  return jsonAnswer(200, { decisions, ...(more ? { continuationToken: last.id } : {}) });
}

function listQuery(
  query: Query<(typeof FILTERS)[number]>,
  organization: Organization,
): DecisionListQuery | string {
  const { since, until, kind, effect, issuer, ...rest } = query.values;
  if (kind !== undefined && kind !== 'exchange' && kind !== 'gateway')
    return 'kind is none of exchange and gateway.';
  if (effect !== undefined && effect !== 'allow' && effect !== 'deny')
    return 'effect is none of allow and deny.';
  const from = since === undefined ? undefined : milliseconds(since);
  const to = until === undefined ? undefined : milliseconds(until);
  if (Number.isNaN(from) || Number.isNaN(to)) return 'since and until are RFC 3339 times or epoch seconds.';
  const { continuationToken } = query;
  if (continuationToken !== undefined && !isId('dec', continuationToken))
    return 'continuationToken is not one that this list gave.';
  return {
    organization: organization.name,
    limit: query.maxResults + 1,
    ...rest,
    ...(issuer === undefined ? {} : { issuer: issuerIdOf(organization, issuer) }),
    ...(kind === undefined ? {} : { kind }),
    ...(effect === undefined ? {} : { effect }),
    ...(from === undefined ? {} : { since: from }),
    ...(to === undefined ? {} : { until: to }),
    ...(continuationToken === undefined ? {} : { before: continuationToken }),
  };
}

/** A decision is shown with the name of its issuer and stored with the id: whoever read the one may ask by it. */
function issuerIdOf({ name, issuersById }: Organization, issuer: string): string {
  const named = [...issuersById.values()].find((candidate) => `${name}/${candidate.name}` === issuer);
  return named?.id ?? issuer;
}

/** Epoch milliseconds; not a number for what is no time. */
function milliseconds(text: string): number {
  if (/^[0-9]{1,12}$/.test(text)) return Number(text) * 1000;
  return /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
}
