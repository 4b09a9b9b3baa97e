import { hash } from 'node:crypto';
import { REPEATED, type Answer, type ServiceRequest } from './message.ts';

/**
 * A JSON text that caches may keep, and ask about again by its `ETag`: 304 when what they hold is still the one
 * (RFC 9110 section 13.1.2). `headers` say for how long.
 */
export function cacheableAnswer(
  request: ServiceRequest,
  body: string,
  headers: Readonly<Record<string, string>>,
): Answer {
  const etag = `"${hash('sha256', body, 'base64url').slice(0, 22)}"`;
  if (isHeld(request, etag)) return { status: 304, headers: { ...headers, etag }, body: '' };
  return { status: 200, headers: { 'content-type': 'application/json', ...headers, etag }, body };
}

/** Compared weakly: who packs an answer on the way marks its tag as weak. */
function isHeld(request: ServiceRequest, etag: string): boolean {
  const held = request.header('if-none-match');
  if (held === undefined || held === REPEATED) return false;
  return held.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
