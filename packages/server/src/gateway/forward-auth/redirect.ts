import { err, ok, type Result } from '@countersign/core';
import type { GatewayDeps } from '../model.ts';
import type { Dialect } from './model.ts';

/**
 * `?redirect=1`: a page that is opened leads to sign-in. Only a proxy that is configured for it can hand such an answer on,
 * and the cookie with it; to any other, and to the program behind it, a redirect is neither yes nor no. So the proxy asks
 * for it, and its client never does.
 */
export function leadsToSignIn({ host }: Dialect, query: string): Result<boolean, string> {
  // Behind the path is the query of the client.
  if (host === 'asked') return ok(false);
  const [wish, ...more] = new URLSearchParams(query).getAll('redirect');
  if (wish === undefined) return ok(false);
  return wish === '1' && more.length === 0 ? ok(true) : err('expected redirect=1, or no redirect at all');
}

/** A gateway that has nowhere to lead anybody. */
export function withoutSignIn(gateway: GatewayDeps): GatewayDeps {
  const { beginSignIn: _leads, ...rest } = gateway;
  return rest;
}
