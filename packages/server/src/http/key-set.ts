import type { KeyRing } from '../keys/port.ts';
import { cacheableAnswer } from './cacheable-answer.ts';
import type { Answer, ServiceRequest } from './message.ts';

/** What says nothing about whoever asks: any page may read it, and no browser secret is at stake (threat 17). */
export const PUBLIC = { 'access-control-allow-origin': '*' } as const;

/** The public keys of one ring as a key set (RFC 7517 section 5): next, active and retired; no other ring's (threat 12). */
export function keySetAnswer(ring: KeyRing, request: ServiceRequest, cacheControl: string): Answer {
  const body = JSON.stringify({ keys: ring.published() });
  return cacheableAnswer(request, body, { ...PUBLIC, 'cache-control': cacheControl });
}
