import type { HeaderLine } from '@countersign/core';
import { authorization } from './authorization.ts';
import type { Form, Forms } from './form.ts';
import type { Carrier } from './model.ts';
import { pomeriumHeader } from './pomerium-header.ts';
import { sessionCookie } from './session-cookie.ts';

/**
 * The carriers, in the order in which they are asked. The first that holds something of ours is responsible: if it
 * fails, nobody after it is asked (a fallback would let a stale header pass on the strength of another one).
 * A new carrier is one file, one line here and one test; the session cookie of a browser comes last.
 */
const CARRIERS: readonly Carrier[] = [pomeriumHeader, authorization, sessionCookie];

/**
 * What a request carries. `remove`: headers that hold a value of ours, the first and any other, which the upstream
 * must not see. `foreign`: nothing of ours, but an `Authorization` that is somebody else's.
 */
export type Credential = { readonly kind: 'none' | 'foreign' | 'ambiguous' } | Ours;

export interface Ours {
  readonly kind: 'ours';
  readonly value: string;
  readonly form: Form;
  /** Header of the responsible carrier. */
  readonly carrier: string;
  readonly remove: readonly string[];
}

export function findCredential(headers: readonly HeaderLine[], forms: Forms): Credential {
  let first: Pick<Ours, 'value' | 'form' | 'carrier'> | undefined;
  let foreign = false;
  const remove: string[] = [];
  for (const carrier of CARRIERS) {
    const reading = carrier.read(headers, forms);
    if (reading.kind === 'ambiguous') return { kind: 'ambiguous' };
    if (reading.kind === 'foreign') foreign = true;
    if (reading.kind !== 'ours') continue;
    first ??= { value: reading.value, form: reading.form, carrier: carrier.header };
    if (!carrier.isShared) remove.push(carrier.header);
  }
  if (first !== undefined) return { kind: 'ours', ...first, remove };
  return foreign ? FOREIGN_ONLY : NONE;
}

const NONE: Credential = { kind: 'none' };
const FOREIGN_ONLY: Credential = { kind: 'foreign' };
