import type { HeaderLine } from '@countersign/core';
import { audienceOf } from './accept.ts';

/** What a request is that would only fail for want of a person: somebody opens a page, or a program asks for one. */

/**
 * Whether a refusal may lead to sign-in: a page that is opened, and would be opened again by its address. Never what a
 * script or a program asks for, which would be answered with somebody's sign-in page in place of data.
 */
export function isNavigation(method: string, headers: readonly HeaderLine[]): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  if (headers.some(([name]) => name.toLowerCase() === 'x-requested-with')) return false;
  return audienceOf(headers) === 'browser' || asksWhereToSignIn(headers);
}

/**
 * `Authorization: Pomerium` with an empty value: how existing clients ask where to sign in. They send any type as `Accept`, and
 * understand a redirect alone.
 */
function asksWhereToSignIn(headers: readonly HeaderLine[]): boolean {
  return headers.some(
    ([name, value]) => name.toLowerCase() === 'authorization' && /^pomerium\s*$/i.test(value),
  );
}
