import { ok, principalId } from '@countersign/core';
import { serviceAccountTokenCreation, tokenRotation } from '@countersign/core/api-model';
import { servicePrincipal } from '../administration/service-accounts.ts';
import { orderToken } from '../administration/token-orders.ts';
import { isId } from '../audit/decision-id.ts';
import { identifyCaller } from '../caller/caller.ts';
import { jsonAnswer, type Answer } from '../http/message.ts';
import { findMadeToken, parseMadeToken } from '../storage/repositories/made-tokens.ts';
import { findTokenById, parseToken, type StoredToken } from '../storage/repositories/tokens.ts';
import { apiError, callerError, refusalAnswer } from './answer.ts';
import { readBodyAs } from './json-body.ts';
import {
  createdTokenAnswer,
  deletedTokenAnswer,
  madeTokensAnswer,
  type MadeTokensDeps,
} from './made-tokens.ts';
import type { ApiCall } from './operation.ts';
import { NO_ACCOUNT, placeOf } from './service-accounts.ts';

/** Tokens of a service account: listed, made, ended, and rotated so that for a while the old and the new one work. */

/** GET /api/orgs/{org}/service-accounts/{name}/tokens */
export async function getServiceAccountTokens(deps: MadeTokensDeps, call: ApiCall): Promise<Answer> {
  if (!isThere(call)) return NO_ACCOUNT;
  return madeTokensAnswer(deps, call, call.organization(), servicePrincipal(placeOf(call)));
}

/** POST /api/orgs/{org}/service-accounts/{name}/tokens `{description?, expires?}` → `{id, tokenValue}` */
export async function postServiceAccountToken(deps: MadeTokensDeps, call: ApiCall): Promise<Answer> {
  const body = await readBodyAs(call, deps.snapshot().settings.limits.apiBody, serviceAccountTokenCreation);
  if (!body.ok) return body.error;
  if (!isThere(call)) return NO_ACCOUNT;
  return createdTokenAnswer(deps, call, { ...wishOf(call), ...body.value });
}

/** DELETE /api/orgs/{org}/service-accounts/{name}/tokens/{id} */
export async function deleteServiceAccountToken(deps: MadeTokensDeps, call: ApiCall): Promise<Answer> {
  if (!isThere(call)) return NO_ACCOUNT;
  return deletedTokenAnswer(deps, call, (token) => isOf(call, token));
}

/** Seconds: over night, and over the morning in which somebody looks why a job has failed. */
const OVERLAP = 24 * 60 * 60;

/** POST …/tokens/{id}/rotate `{overlap?, expires?}` → `{id, tokenValue, previous: {id, expires}}` */
export async function rotateServiceAccountToken(deps: MadeTokensDeps, call: ApiCall): Promise<Answer> {
  const body = await readBodyAs(call, deps.snapshot().settings.limits.apiBody, tokenRotation);
  if (!body.ok) return body.error;
  if (!isThere(call)) return NO_ACCOUNT;
  const old = await tokenToRotate(deps, call);
  if (old === 'unavailable') return callerError('unavailable');
  if (old === undefined) return NO_TOKEN;
  if (old.revokedAt !== undefined) return apiError(409, 'The token has been rotated already.');
  // A body takes as long as its sender likes: the token it came with may be over by now, and must not leave an heir.
  const caller = await identifyCaller(deps, call.request);
  if (!caller.ok) return callerError(caller.error, deps.failures.wait(call.request.remoteAddress));
  const { overlap, expires } = body.value;
  const endsAt = Math.min(deps.now() + (overlap ?? OVERLAP), old.record.expiresAt);
  const { id } = old.record;
  const rows = await deps.reader.read(findMadeToken(id));
  if (!rows.ok) return callerError('unavailable');
  const [row] = rows.value;
  // The new one takes over what the old one was for.
  const description = row && parseMadeToken(row).description;
  const made = await deps.makeToken((snapshot, now) => {
    const order = orderToken(snapshot, caller.value, { ...wishOf(call), description, expires }, now);
    return order.ok ? ok({ ...order.value, replaces: { id, hash: old.hash, endsAt } }) : order;
  });
  if (!made.ok) return refusalAnswer(made.error);
  return jsonAnswer(200, {
    id: made.value.id,
    tokenValue: made.value.value,
    previous: { id, expires: endsAt },
  });
}

const NO_TOKEN = apiError(404, 'No such token, or it is over.');

/** A live token of the account: what is over has nothing to hand on. */
async function tokenToRotate(
  { reader, now, massRevocations }: MadeTokensDeps,
  call: ApiCall,
): Promise<StoredToken | 'unavailable' | undefined> {
  const id = call.parameter('id');
  if (!isId('tok', id)) return undefined;
  const rows = await reader.read(findTokenById(id));
  if (!rows.ok) return 'unavailable';
  const [row] = rows.value;
  const stored = row && parseToken(row);
  if (!stored || !isOf(call, stored.record)) return undefined;
  const { expiresAt, issuedAt } = stored.record;
  return expiresAt > now() && issuedAt > massRevocations.endedUntil(stored.record) ? stored : undefined;
}

function wishOf(call: ApiCall) {
  const { organization, name } = placeOf(call);
  return { organization, target: { type: 'service', service: name } as const };
}

function isThere(call: ApiCall): boolean {
  return call.organization().directory.serviceAccounts.has(call.parameter('name'));
}

function isOf(call: ApiCall, { principal }: StoredToken['record']): boolean {
  return principalId(principal) === principalId(servicePrincipal(placeOf(call)));
}
