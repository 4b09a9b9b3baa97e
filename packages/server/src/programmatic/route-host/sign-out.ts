import type { Answer } from '../../http/message.ts';
import { originOf } from '../../sessions/begin-sign-in.ts';
import { sealSignInRequest } from '../../sessions/sign-in-request.ts';
import { nowOf, type RouteHostDeps, type RouteHostRequest } from './model.ts';

/**
 * `/.pomerium/sign_out`: the session is the service host's, and ends there for every host. Nothing happens here: a link
 * on somebody's page must not sign a person out, so that they are asked first.
 */
export function signOut(deps: RouteHostDeps, { host, scheme, port }: RouteHostRequest): Answer {
  const place = { host, scheme, ...(port !== undefined && { port }) };
  const sealed = sealSignInRequest(deps.redirects, {
    ...place,
    kind: 'cookie',
    returnTo: `${originOf(place)}/`,
    nonceHash: '',
    issuedAt: nowOf(deps),
  });
  const location = `${deps.snapshot().service.url}/.pomerium/sign_out?pomerium_request=${sealed}`;
  // 303: whatever it was asked by, the question is a page (RFC 9110 section 15.4.4).
  return { status: 303, headers: { location, 'cache-control': 'no-store' }, body: '' };
}
