import { principalId, principalOf, type Claims, type Json, type Result } from '@countersign/core';
import { organizationTokenCreation, type ExchangedTokenView } from '@countersign/core/api-model';
import { isId } from '../audit/decision-id.ts';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { Row } from '../storage/port.ts';
import { parseUsedAt } from '../storage/repositories/last-uses.ts';
import { listTokens, parseToken, type TokenListQuery } from '../storage/repositories/tokens.ts';
import type { MassRevocation, TokenRecord } from '../tokens/model.ts';
import type { Caller } from '../caller/caller.ts';
import { apiError, callerError } from './answer.ts';
import { readBodyAs, readJsonBody } from './json-body.ts';
import {
  createdTokenAnswer,
  deletedTokenAnswer,
  madeTokensAnswer,
  TOKEN_TYPES,
  type MadeTokensDeps,
} from './made-tokens.ts';
import type { ApiCall } from './operation.ts';
import { readQuery } from './query.ts';
import { timeText } from './time-text.ts';

/**
 * Access tokens of an organization: its own, made over the API, and all that came about by exchange. Ended one by one,
 * or all of an issuer, policy, subject or principal at once.
 */
export interface TokensDeps extends MadeTokensDeps {
  readonly revokeMany: (
    revocation: MassRevocation,
    actor: Caller,
  ) => Promise<Result<{ readonly revoked: number }, 'unavailable'>>;
}

/** GET /api/orgs/{org}/tokens: those that speak as the organization, or with `filter=exchanged` all that were exchanged. */
export async function getTokens(deps: TokensDeps, call: ApiCall): Promise<Answer> {
  if (new URLSearchParams(call.request.query).get('filter') === 'exchanged') return exchanged(deps, call);
  const organization = call.organization();
  // With `admin` or without: a principal has one id.
  const speaker = principalOf({ type: 'organization', admin: false }, organization.directory);
  return speaker
    ? madeTokensAnswer(deps, call, organization, speaker)
    : apiError(404, 'No such organization.');
}

/** POST /api/orgs/{org}/tokens `{name, description?, expires?, admin?}` → `{id, tokenValue}` */
export async function postToken(deps: TokensDeps, call: ApiCall): Promise<Answer> {
  const body = await readBodyAs(call, deps.snapshot().settings.limits.apiBody, organizationTokenCreation);
  if (!body.ok) return body.error;
  const { admin, ...wish } = body.value;
  const target = { type: 'organization', admin: admin ?? false } as const;
  return createdTokenAnswer(deps, call, { organization: call.organization().name, target, ...wish });
}

const FILTERS = ['filter', 'state', 'issuerId', 'policyId', 'subject', 'principal'] as const;

const STATES = ['active', 'expired', 'all'] as const;

async function exchanged(deps: TokensDeps, call: ApiCall): Promise<Answer> {
  const query = readQuery(call.request, FILTERS);
  if (!query.ok) return apiError(400, query.error);
  const { values, maxResults, continuationToken } = query.value;
  const state = STATES.find((candidate) => candidate === (values.state ?? 'active'));
  if (!state) return apiError(400, 'state is none of active, expired and all.');
  if (continuationToken !== undefined && !isId('tok', continuationToken))
    return apiError(400, 'continuationToken is not one that this list gave.');
  const wanted: TokenListQuery = {
    organization: call.organization().name,
    filter: state,
    limit: maxResults + 1,
    ...(values.issuerId === undefined ? {} : { issuer: values.issuerId }),
    ...(values.policyId === undefined ? {} : { policy: values.policyId }),
    ...(values.subject === undefined ? {} : { subject: values.subject }),
    ...(values.principal === undefined ? {} : { principal: values.principal }),
    ...(continuationToken === undefined ? {} : { after: continuationToken }),
  };
  const rows = await deps.reader.read(listTokens(wanted, deps.now()));
  if (!rows.ok) return callerError('unavailable');
  const page = rows.value
    .slice(0, maxResults)
    .map((row) => exchangedTokenView(row, deps.massRevocations.endedUntil));
  const last = page.at(-1);
  const more = rows.value.length > maxResults && last !== undefined;
  // What a mass revocation has ended is marked nowhere: storage takes it for live.
  const tokens = state === 'active' ? page.filter(({ revoked }) => revoked === undefined) : page;
  return jsonAnswer(200, { tokens, ...(more ? { continuationToken: last.id } : {}) });
}

/**
 * Of a row of `token` with when it was used. `endedUntil`: epoch seconds, what mass revocations say of its holder to whoever
 * asks; what was issued by then is over.
 */
export function exchangedTokenView(row: Row, endedUntil: (token: TokenRecord) => number): ExchangedTokenView {
  const { record, revokedAt } = parseToken(row);
  const ended = endedUntil(record);
  const revoked = revokedAt ?? (record.issuedAt <= ended ? ended : undefined);
  const { id, principal, issuer, subject, policies, resources, exchange, issuedAt, expiresAt } = record;
  return {
    id,
    name: id,
    description: '',
    created: timeText(issuedAt * 1000),
    lastUsed: parseUsedAt(row),
    expires: expiresAt,
    admin: principal.kind === 'organization' && principal.admin,
    createdBy: subject,
    type: TOKEN_TYPES[record.prefix],
    source: 'exchange',
    format: record.format,
    principal: principalId(principal),
    issuerId: issuer,
    subject,
    policyIds: [...policies],
    resources: [...resources],
    decisionId: exchange,
    ...(revoked === undefined ? {} : { revoked }),
  };
}

/** DELETE /api/orgs/{org}/tokens/{id}: whichever of the organization, also its teams' and its people's. */
export async function deleteToken(deps: TokensDeps, call: ApiCall): Promise<Answer> {
  const { name } = call.organization();
  return deletedTokenAnswer(deps, call, ({ organization }) => organization === name);
}

/** The members of the body that name what is revoked; exactly one has to be there. */
const NAMED = { issuer: 'issuerId', policy: 'policyId', subject: 'subject', principal: 'principal' } as const;

/** An organization ends by its own operation, and not here. */
const NAMED_BY = ['issuer', 'policy', 'subject', 'principal'] as const;

/** POST /api/orgs/{org}/tokens/revoke `{issuerId? | policyId? | subject? | principal?, before?}` → `{revoked}` */
export async function revokeTokens(deps: TokensDeps, call: ApiCall): Promise<Answer> {
  const body = await readJsonBody(call.request, deps.snapshot().settings.limits.body);
  if (!body.ok) return body.error;
  const revocation = massRevocation(body.value, call.organization().name, deps.now());
  if (typeof revocation === 'string') return apiError(400, revocation);
  const done = await deps.revokeMany(revocation, call.caller);
  return done.ok ? jsonAnswer(200, done.value) : callerError('unavailable');
}

function massRevocation(body: Claims, organization: string, now: number): MassRevocation | string {
  // A member that were ignored could be the one that was to narrow it.
  const known: readonly string[] = [...Object.values(NAMED), 'before'];
  if (Object.keys(body).some((name) => !known.includes(name)))
    return 'The body has a member that is none of issuerId, policyId, subject, principal and before.';
  const named = NAMED_BY.filter((by) => present(body, NAMED[by]));
  const [by, another] = named;
  if (by === undefined || another !== undefined)
    return 'The body has to name exactly one of issuerId, policyId, subject and principal.';
  const value = body[NAMED[by]];
  if (typeof value !== 'string' || value === '' || value.length > 1024)
    return `${NAMED[by]} is not a string of 1 to 1024 characters.`;
  const before = present(body, 'before') ? body['before'] : now;
  // The future is not revoked: tokens that do not exist yet are the policies' business.
  if (typeof before !== 'number' || !Number.isSafeInteger(before) || before < 0 || before > now)
    return 'before is not a time that has passed, in seconds.';
  return { organization, by, value, before };
}

function present(body: Claims, name: string): boolean {
  const value: Json | undefined = Object.hasOwn(body, name) ? body[name] : undefined;
  return value !== undefined && value !== null;
}
