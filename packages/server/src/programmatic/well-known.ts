import { keySetAnswer } from '../http/key-set.ts';
import { jsonAnswer, type Answer, type ServiceRequest } from '../http/message.ts';
import type { KeyRing } from '../keys/port.ts';
import { originOf } from '../sessions/begin-sign-in.ts';
import type { RouteHostDeps, RouteHostRequest } from './route-host/model.ts';

/** What every route host says of itself without asking who wants to know: its assertion keys, and that it is there. */

/** `/.well-known/pomerium/jwks.json`: the assertion ring alone (threat 12), next, active and retired keys. */
export function assertionJwks(ring: KeyRing, request: ServiceRequest): Answer {
  return keySetAnswer(ring, request, 'max-age=60');
}

/** `/.well-known/pomerium`: where things are, for programs that were made for another server of this kind. */
export function pomeriumMetadata(
  { snapshot }: Pick<RouteHostDeps, 'snapshot'>,
  { host, scheme, port }: RouteHostRequest,
): Answer {
  const origin = originOf({ host, scheme, ...(port !== undefined && { port }) });
  return jsonAnswer(200, {
    issuer: `${origin}/`,
    authentication_callback_endpoint: `${snapshot().service.url}/oauth2/callback`,
    jwks_uri: `${origin}/.well-known/pomerium/jwks.json`,
    frontchannel_logout_uri: `${origin}/.pomerium/sign_out`,
  });
}

/** `/ping` and `/healthz` of a route host. */
export function pong(): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    body: 'OK\n',
  };
}
