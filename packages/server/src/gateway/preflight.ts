import type { RequestHead } from '@countersign/core';

/**
 * Whether a request is what a browser asks before a request to another origin (Fetch standard, "CORS-preflight
 * request"). All three belong to it: an OPTIONS without them is a request like any other (threat 17).
 */
export function isPreflight({ method, headers }: Pick<RequestHead, 'method' | 'headers'>): boolean {
  if (method !== 'OPTIONS') return false;
  const has = (wanted: string): boolean =>
    headers.some(([name, value]) => value !== '' && name.toLowerCase() === wanted);
  return has('origin') && has('access-control-request-method');
}
