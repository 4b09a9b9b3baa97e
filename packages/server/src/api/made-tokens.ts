import { principalId, type Principal, type Result } from '@countersign/core';
import type { MadeTokenView } from '@countersign/core/api-model';
import type { MakeToken } from '../administration/make-token.ts';
import { orderToken, type TokenWish } from '../administration/token-orders.ts';
import { isId } from '../audit/decision-id.ts';
import { identifyCaller, type Caller, type CallerDeps } from '../caller/caller.ts';
import { jsonAnswer, type Answer } from '../http/message.ts';
import type { Organization } from '../snapshot/model.ts';
import type { Reader } from '../storage/port.ts';
import {
  listMadeTokens,
  parseListedMadeToken,
  type ListedMadeToken,
} from '../storage/repositories/made-tokens.ts';
import { findTokenById, parseToken } from '../storage/repositories/tokens.ts';
import type { MassRevocations } from '../tokens/mass-revocations.ts';
import { NEVER_EXPIRES, type TokenRecord } from '../tokens/model.ts';
import { apiError, callerError, NO_CONTENT, refusalAnswer } from './answer.ts';
import type { ApiCall } from './operation.ts';
import { readQuery } from './query.ts';
import { timeText } from './time-text.ts';

/**
 * Access tokens that were made over the API, whosever they are: listed, made, ended. A value is in the answer to its
 * creation and nowhere else.
 */
export interface MadeTokensDeps extends CallerDeps {
  readonly reader: Reader;
  /** Epoch seconds. */
  readonly now: () => number;
  readonly massRevocations: Pick<MassRevocations, 'endedUntil'>;
  readonly makeToken: MakeToken;
  readonly revoke: (
    hash: Uint8Array,
    token: TokenRecord,
    actor: Caller,
  ) => Promise<Result<void, 'unavailable'>>;
}

const FILTERS = ['active', 'expired', 'all'] as const;

/** Those that speak as one principal, newest first. */
export async function madeTokensAnswer(
  deps: MadeTokensDeps,
  call: ApiCall,
  organization: Organization,
  principal: Principal,
): Promise<Answer> {
  const query = readQuery(call.request, ['filter']);
  if (!query.ok) return apiError(400, query.error);
  const { values, maxResults, continuationToken: after } = query.value;
  const filter = FILTERS.find((candidate) => candidate === (values.filter ?? 'active'));
  if (!filter) return apiError(400, 'filter is none of active, expired and all.');
  if (after !== undefined && !isId('tok', after))
    return apiError(400, 'continuationToken is not one that this list gave.');
  const wanted = {
    organization: organization.name,
    principal: principalId(principal),
    filter,
    limit: maxResults + 1,
    ...(after === undefined ? {} : { after }),
  };
  const rows = await deps.reader.read(listMadeTokens(wanted, deps.now()));
  if (!rows.ok) return callerError('unavailable');
  const page = rows.value.slice(0, maxResults).map(parseListedMadeToken);
  const last = page.at(-1);
  const more = rows.value.length > maxResults && last !== undefined;
  const login = loginsOf(organization);
  const views = page.map((token) => madeTokenView(deps, token, login));
  // What a mass revocation has ended is marked nowhere: storage takes it for live.
  const tokens = filter === 'active' ? views.filter(({ revoked }) => revoked === undefined) : views;
  return jsonAnswer(200, { tokens, ...(more ? { continuationToken: last.record.id } : {}) });
}

export const TOKEN_TYPES = {
  cso: 'organization',
  cst: 'team',
  csp: 'personal',
  csr: 'runner',
  css: 'session',
  csv: 'service',
} as const;

function madeTokenView(
  { massRevocations, now }: MadeTokensDeps,
  { record, revokedAt, name, description, createdBy, createdAt, usedAt }: ListedMadeToken,
  login: (user: string) => string,
): MadeTokenView {
  const { id, prefix, principal, issuedAt, expiresAt } = record;
  const endedUntil = massRevocations.endedUntil(record);
  const ended = revokedAt !== undefined && revokedAt <= now() ? revokedAt : undefined;
  const revoked = ended ?? (issuedAt <= endedUntil ? endedUntil : undefined);
  return {
    id,
    name,
    description,
    created: timeText(createdAt * 1000),
    lastUsed: usedAt,
    expires: expiresAt === NEVER_EXPIRES ? 0 : expiresAt,
    admin: principal.kind === 'organization' && principal.admin,
    createdBy: login(createdBy),
    type: TOKEN_TYPES[prefix],
    source: 'api',
    ...(revoked === undefined ? {} : { revoked }),
  };
}

/** People know each other by login; who is no member any more, and who is no person, goes by the id. */
function loginsOf({ directory }: Organization): (user: string) => string {
  const logins = new Map([...directory.members.values()].map(({ user, login }) => [user, login]));
  return (user) => logins.get(user) ?? user;
}

/** Makes a token by the right that the caller has when the whole request is there. */
export async function createdTokenAnswer(
  deps: MadeTokensDeps,
  call: ApiCall,
  wish: TokenWish,
): Promise<Answer> {
  // A body takes as long as its sender likes: the token it came with may be over by now, and must not leave an heir.
  const caller = await identifyCaller(deps, call.request);
  if (!caller.ok) return callerError(caller.error, deps.failures.wait(call.request.remoteAddress));
  const made = await deps.makeToken((snapshot, now) => orderToken(snapshot, caller.value, wish, now));
  if (!made.ok) return refusalAnswer(made.error);
  return jsonAnswer(200, { id: made.value.id, tokenValue: made.value.value });
}

/** 204, also when it is over already; 404 for whatever is not among those that the caller came for. */
export async function deletedTokenAnswer(
  deps: Pick<MadeTokensDeps, 'reader' | 'revoke'>,
  call: ApiCall,
  isMeant: (token: TokenRecord) => boolean,
): Promise<Answer> {
  const id = call.parameter('id');
  const rows = isId('tok', id) ? await deps.reader.read(findTokenById(id)) : undefined;
  if (rows && !rows.ok) return callerError('unavailable');
  const row = rows?.value[0];
  const stored = row && parseToken(row);
  if (!stored || !isMeant(stored.record)) return apiError(404, 'No such token.');
  const done = await deps.revoke(stored.hash, stored.record, call.caller);
  return done.ok ? NO_CONTENT : callerError('unavailable');
}
