import type { HeaderLine } from '@countersign/core';
import type { Form, Forms } from './form.ts';

/**
 * Where a request may carry an access token of ours. Each carrier is one file and reads the header lines alone; it
 * must never look a token up, and never decide whether a request may pass.
 */

/**
 * `absent`: the carrier is not used. `ours`: it holds something that only we can have been meant by. `foreign`: it is
 * used, for somebody else. `ambiguous`: it came more than once, so that two readers could choose differently.
 */
export type CarrierReading =
  | { readonly kind: 'absent' | 'foreign' | 'ambiguous' }
  | { readonly kind: 'ours'; readonly value: string; readonly form: Form };

export interface Carrier {
  /** Lower-case name of the header that holds it: removed before the upstream when the value is ours. */
  readonly header: string;
  /** Others use the header too: it is not removed as a whole. */
  readonly isShared?: true;
  /** `forms`: what is ours by its form on this route. */
  read(headers: readonly HeaderLine[], forms: Forms): CarrierReading;
}

export const ABSENT: CarrierReading = { kind: 'absent' };
export const FOREIGN: CarrierReading = { kind: 'foreign' };
export const AMBIGUOUS: CarrierReading = { kind: 'ambiguous' };

/** The one value of a header, without surrounding white space; `undefined` when it did not come. */
export function onlyValue(
  headers: readonly HeaderLine[],
  name: string,
): string | undefined | { readonly repeated: true } {
  let found: string | undefined;
  for (const [header, value] of headers) {
    if (header.length !== name.length || header.toLowerCase() !== name) continue;
    if (found !== undefined) return REPEATED;
    found = value;
  }
  return found?.trim();
}

const REPEATED = { repeated: true } as const;
