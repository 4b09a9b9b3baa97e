import { hash } from 'node:crypto';
import type { KeyRing } from '../keys/port.ts';
import { jsonAnswer, REPEATED, type Answer, type ServiceRequest } from './message.ts';

/** What says nothing about whoever asks: any page may read it, and no browser secret is at stake (threat 17). */
export const PUBLIC = { 'access-control-allow-origin': '*' } as const;

/** The public keys of one ring as a key set (RFC 7517 section 5): next, active and retired; no other ring's (threat 12). */
export function keySetAnswer(ring: KeyRing, request: ServiceRequest, cacheControl: string): Answer {
  const body = { keys: ring.published() };
  const etag = `"${hash('sha256', JSON.stringify(body), 'base64url').slice(0, 22)}"`;
  const headers = { ...PUBLIC, 'cache-control': cacheControl, etag };
  const known = request.header('if-none-match');
  if (known !== undefined && known !== REPEATED && known.split(',').some((tag) => tag.trim() === etag)) {
    return { status: 304, headers, body: '' };
  }
  return jsonAnswer(200, body, headers);
}
