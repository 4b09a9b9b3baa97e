import { hash } from 'node:crypto';
import { jsonAnswer, REPEATED, type Answer, type ServiceRequest } from '../http/message.ts';
import type { KeyRing } from '../keys/port.ts';

/**
 * What every route host says of itself without asking who wants to know: the keys that verify assertions, and that it
 * is there. No browser secret is at stake, so any origin may read it.
 */
const PUBLIC = { 'access-control-allow-origin': '*' };

/** `/.well-known/pomerium/jwks.json`: the assertion ring alone (threat 12), next, active and retired keys. */
export function assertionJwks(ring: KeyRing, request: ServiceRequest): Answer {
  const body = { keys: ring.published() };
  const etag = `"${hash('sha256', JSON.stringify(body), 'base64url').slice(0, 22)}"`;
  const headers = { ...PUBLIC, 'cache-control': 'max-age=60', etag };
  const known = request.header('if-none-match');
  if (known !== undefined && known !== REPEATED && known.split(',').some((tag) => tag.trim() === etag)) {
    return { status: 304, headers, body: '' };
  }
  return jsonAnswer(200, body, headers);
}

/** `/ping` and `/healthz` of a route host. */
export function pong(): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    body: 'OK\n',
  };
}
