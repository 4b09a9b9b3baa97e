import { principalId, type Claims, type Json, type Result } from '@countersign/core';
import { isId } from '../audit/decision-id.ts';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { Reader } from '../storage/port.ts';
import {
  findTokenById,
  listTokens,
  parseToken,
  type StoredToken,
  type TokenListQuery,
} from '../storage/repositories/tokens.ts';
import type { MassRevocation, TokenRecord } from '../tokens/model.ts';
import type { Caller } from '../caller/caller.ts';
import type { Snapshot } from '../snapshot/model.ts';
import { apiError, callerError, NO_CONTENT } from './answer.ts';
import { readJsonBody } from './json-body.ts';
import type { ApiCall } from './operation.ts';
import { readQuery } from './query.ts';
import { timeText } from './time-text.ts';

/**
 * Access tokens of an organization that came about by exchange: listed, ended one by one, or all of an issuer, policy,
 * subject or principal at once. A value is never shown, since it is not kept.
 */
export interface TokensDeps {
  readonly snapshot: () => Snapshot;
  readonly reader: Reader;
  /** Epoch seconds. */
  readonly now: () => number;
  readonly revoke: (
    hash: Uint8Array,
    token: TokenRecord,
    actor: Caller,
  ) => Promise<Result<void, 'unavailable'>>;
  readonly revokeMany: (
    revocation: MassRevocation,
    actor: Caller,
  ) => Promise<Result<{ readonly revoked: number }, 'unavailable'>>;
}

const FILTERS = ['filter', 'state', 'issuerId', 'policyId', 'subject', 'principal'] as const;

const STATES = ['active', 'expired', 'all'] as const;

/** GET /api/orgs/{org}/tokens?filter=exchanged */
export async function getTokens(deps: TokensDeps, call: ApiCall): Promise<Answer> {
  const query = readQuery(call.request, FILTERS);
  if (!query.ok) return apiError(400, query.error);
  const { values, maxResults, continuationToken } = query.value;
  if (values.filter !== 'exchanged') return apiError(400, 'filter has to be exchanged.');
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
  const tokens = rows.value.slice(0, maxResults).map((row) => tokenView(parseToken(row)));
  const last = tokens.at(-1);
  const more = rows.value.length > maxResults && last !== undefined;
  return jsonAnswer(200, { tokens, ...(more ? { continuationToken: last['id'] } : {}) });
}

const TYPES = { cso: 'organization', cst: 'team', csp: 'personal', csr: 'runner', css: 'session' } as const;

function tokenView({ record, revokedAt }: StoredToken): Readonly<Record<string, unknown>> {
  const { id, principal, issuer, subject, policies, resources, exchange, issuedAt, expiresAt } = record;
  return {
    id,
    name: id,
    description: '',
    created: timeText(issuedAt * 1000),
    lastUsed: 0,
    expires: expiresAt,
    admin: principal.kind === 'organization' && principal.admin,
    createdBy: subject,
    type: TYPES[record.prefix],
    source: 'exchange',
    format: record.format,
    principal: principalId(principal),
    issuerId: issuer,
    subject,
    policyIds: policies,
    resources,
    decisionId: exchange,
    ...(revokedAt === undefined ? {} : { revoked: revokedAt }),
  };
}

/** DELETE /api/orgs/{org}/tokens/{id}: 204, also when it is over already. */
export async function deleteToken(deps: TokensDeps, call: ApiCall): Promise<Answer> {
  const id = call.parameter('id');
  const rows = isId('tok', id) ? await deps.reader.read(findTokenById(id)) : undefined;
  if (rows && !rows.ok) return callerError('unavailable');
  const row = rows?.value[0];
  const stored = row && parseToken(row);
  if (!stored || stored.record.organization !== call.organization().name)
    return apiError(404, 'No such token.');
  const done = await deps.revoke(stored.hash, stored.record, call.caller);
  return done.ok ? NO_CONTENT : callerError('unavailable');
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
