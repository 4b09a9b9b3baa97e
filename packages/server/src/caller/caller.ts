import { timingSafeEqual } from 'node:crypto';
import { err, ok, type Principal, type Result } from '@countersign/core';
import type { FailureLimit } from '../http/failure-limit.ts';
import { REPEATED, type ServiceRequest } from '../http/message.ts';
import type { Snapshot } from '../snapshot/model.ts';
import { hashOf } from '../tokens/issue.ts';
import type { Presented, TokenRecord } from '../tokens/model.ts';

/**
 * Who calls the API: one credential, from `Authorization` alone (`token VALUE` or `Bearer VALUE`). Cookies never count
 * here, so there is nothing for another site to ride on. Who has failed too often is not even looked at.
 */
export interface Caller {
  readonly principal: Principal;
  /** Absent for the site administrator of the configuration. */
  readonly token?: TokenRecord;
}

export type Present = (value: string) => Presented | Promise<Presented>;

export interface CallerDeps {
  readonly snapshot: () => Snapshot;
  readonly present: Present;
  readonly failures: FailureLimit;
}

/**
 * `unauthenticated`: no credential or a bad one. `unavailable`: storage cannot say, so nobody is told "no" (503).
 * `limited`: too many failures from this address (429).
 */
export type CallerFailure = 'unauthenticated' | 'unavailable' | 'limited';

/** Who calls the API. A token that opens named resources opens no API: its holder is nobody here (RFC 8707 section 2). */
export async function identifyCaller(
  deps: CallerDeps,
  request: ServiceRequest,
): Promise<Result<Caller, CallerFailure>> {
  const holder = await identifyHolder(deps, request);
  if (holder.ok && isLimited(holder.value)) return unauthenticated(deps, request);
  return holder;
}

/** Whether a caller's token opens named resources and not the API. */
export function isLimited({ token }: Caller): boolean {
  return token !== undefined && token.resources.length > 0;
}

/**
 * Who holds the presented token, even one that opens named resources alone: for what a holder may always do with the
 * token itself. Whoever asks this has to ask {@link isLimited} too, or `mayAct`, which does.
 */
export async function identifyHolder(
  deps: CallerDeps,
  request: ServiceRequest,
): Promise<Result<Caller, CallerFailure>> {
  if (deps.failures.wait(request.remoteAddress) > 0) return err('limited');
  const value = authorizationValue(request);
  if (value === undefined) return unauthenticated(deps, request);
  const { adminTokenHash } = deps.snapshot().settings;
  // Compared by digest and in constant time, so that neither length nor a shared prefix can be measured.
  if (adminTokenHash && timingSafeEqual(hashOf(value), adminTokenHash)) {
    return ok({ principal: { kind: 'administrator', vouchedBy: { kind: 'server' } } });
  }
  const presented = await deps.present(value);
  if (presented.state === 'unavailable') return err('unavailable');
  if (presented.state !== 'live') return unauthenticated(deps, request);
  return ok({ principal: presented.token.principal, token: presented.token });
}

/** A refused credential is a failure of its address. */
function unauthenticated(
  { failures }: CallerDeps,
  { remoteAddress }: ServiceRequest,
): Result<never, 'unauthenticated'> {
  failures.failed(remoteAddress);
  return err('unauthenticated');
}

function authorizationValue(request: ServiceRequest): string | undefined {
  const header = request.header('authorization');
  if (header === undefined || header === REPEATED) return undefined;
  return /^(?:token|bearer) +([\x21-\x7e]+) *$/i.exec(header)?.[1];
}
