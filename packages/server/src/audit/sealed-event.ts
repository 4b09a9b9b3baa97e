import { hash } from 'node:crypto';
import { isObject, type Json } from '@countersign/core';
import type { Statement, Unit } from '../storage/port.ts';
import { insertAuditEvent, type AuditRow } from '../storage/repositories/audit-events.ts';
import { coveredRows, type CoveredRows } from '../storage/repositories/covered-rows.ts';
import type { AuditEvent } from './model.ts';

/**
 * An event as it enters the chain: everything it says, and a digest of every row that was written with it. The chain
 * holds SHA-256(salt ‖ payload), so that both can be erased and the chain still stands; the salt keeps what was erased
 * from being guessed back out of the digest.
 */

export const SALT_BYTES = 16;

/** What stands in the column `payload`, as JSON. */
export interface Payload {
  readonly v: 1;
  readonly id: string;
  readonly event: string;
  readonly time: number;
  readonly actor: string;
  readonly decision?: string;
  readonly token?: string;
  readonly organization?: string;
  /** The text of the column, not the document: compared as it is. */
  readonly detail?: string;
  readonly rows: CoveredRows;
}

/** The statement that records an event; `rows` is everything else of its commit. */
export function sealEvent(id: string, event: AuditEvent, rows: Unit, saltBytes: Uint8Array): Statement {
  const { time, actor, decision, token, organization } = event;
  const detail = event.detail === undefined ? undefined : JSON.stringify(event.detail);
  const salt = Buffer.from(saltBytes).toString('base64url');
  // Members are named one by one and absent ones are left out: the order here is the order of the text.
  const sealed = {
    v: 1,
    id,
    event: event.event,
    time,
    actor,
    decision,
    token,
    organization,
    detail,
  } as const;
  const payload = JSON.stringify({ ...sealed, rows: coveredRows(rows) });
  return insertAuditEvent({
    id,
    time,
    event: event.event,
    decision: decision ?? null,
    token: token ?? null,
    actor,
    organization: organization ?? null,
    detail: detail ?? null,
    salt,
    payload,
    digest: eventDigest(salt, payload),
  });
}

/** SHA-256 (base64url) of salt (its text, always of one length) and payload. */
export function eventDigest(salt: string, payload: string): string {
  return hash('sha256', salt + payload, 'base64url');
}

/** Reads back what {@link sealEvent} wrote; `undefined` when the row does not say what its payload says. */
export function readPayload(row: AuditRow & { readonly payload: string }): Payload | undefined {
  const payload = parse(row.payload) as Payload | undefined;
  if (payload?.v !== 1) return undefined;
  const {
    id,
    event,
    time,
    actor,
    decision = null,
    token = null,
    organization = null,
    detail = null,
  } = payload;
  const same =
    id === row.id &&
    event === row.event &&
    time === row.time &&
    actor === row.actor &&
    decision === row.decision &&
    token === row.token &&
    organization === row.organization &&
    detail === row.detail;
  return same ? payload : undefined;
}

/** What is parsed here has the digest that is in the chain, so this program wrote it. */
function parse(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
