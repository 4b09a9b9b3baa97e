import { headerKey, isIdentityHeader, type HeaderLine } from '@countersign/core';
import type { Dialect } from './model.ts';

/** Of the names that are ours it is the one that clients send: what is in it is looked at, not believed. */
const CARRIER = 'x-pomerium-authorization';

/**
 * Whether a request says who is asking, although only we may (threat 9). The gateway takes such headers out; a proxy
 * goes by a list of names, and passes on whatever is spelled in a way that its list does not know (CVE-2025-64484).
 * `claimHeaders`: `claimHeaderKeys` of all routes.
 */
export function saysWhoAsks(
  headers: readonly HeaderLine[],
  claimHeaders: ReadonlySet<string>,
  { describing }: Pick<Dialect, 'describing'>,
): boolean {
  return headers.some(([written]) => {
    const name = written.toLowerCase();
    return name !== CARRIER && name !== describing && isIdentityHeader(headerKey(name), claimHeaders);
  });
}
