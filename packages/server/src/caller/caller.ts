import { timingSafeEqual } from 'node:crypto';
import { err, ok, type Principal, type Result } from '@countersign/core';
import { REPEATED, type ServiceRequest } from '../http/message.ts';
import type { Snapshot } from '../snapshot/model.ts';
import { hashOf } from '../tokens/issue.ts';
import type { Presented, TokenRecord } from '../tokens/model.ts';

/**
 * Who calls the API: one credential, from `Authorization` alone (`token VALUE` or `Bearer VALUE`). Cookies never count
 * here, so there is nothing for another site to ride on.
 */
export interface Caller {
  readonly principal: Principal;
  /** Absent for the site administrator of the configuration. */
  readonly token?: TokenRecord;
}

export type Present = (value: string) => Presented | Promise<Presented>;

/** `unauthenticated`: no credential or a bad one. `unavailable`: storage cannot say, so nobody is told "no" (503). */
export type CallerFailure = 'unauthenticated' | 'unavailable';

export async function identifyCaller(
  deps: { readonly snapshot: () => Snapshot; readonly present: Present },
  request: ServiceRequest,
): Promise<Result<Caller, CallerFailure>> {
  const value = authorizationValue(request);
  if (value === undefined) return err('unauthenticated');
  const { adminTokenHash } = deps.snapshot().settings;
  // Compared by digest and in constant time, so that neither length nor a shared prefix can be measured.
  if (adminTokenHash && timingSafeEqual(hashOf(value), adminTokenHash)) {
    return ok({ principal: { kind: 'administrator', vouchedBy: { kind: 'server' } } });
  }
  const presented = await deps.present(value);
  if (presented.state === 'unavailable') return err('unavailable');
  if (presented.state !== 'live') return err('unauthenticated');
  return ok({ principal: presented.token.principal, token: presented.token });
}

function authorizationValue(request: ServiceRequest): string | undefined {
  const header = request.header('authorization');
  if (header === undefined || header === REPEATED) return undefined;
  return /^(?:token|bearer) +([\x21-\x7e]+) *$/i.exec(header)?.[1];
}
