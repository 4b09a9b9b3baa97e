import { keySetAnswer } from '../http/key-set.ts';
import type { Answer, ServiceRequest } from '../http/message.ts';
import type { KeyRing } from '../keys/port.ts';

/** What every route host says of itself without asking who wants to know: its assertion keys, and that it is there. */

/** `/.well-known/pomerium/jwks.json`: the assertion ring alone (threat 12), next, active and retired keys. */
export function assertionJwks(ring: KeyRing, request: ServiceRequest): Answer {
  return keySetAnswer(ring, request, 'max-age=60');
}

/** `/ping` and `/healthz` of a route host. */
export function pong(): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    body: 'OK\n',
  };
}
