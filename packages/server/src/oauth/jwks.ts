import { keySetAnswer } from '../http/key-set.ts';
import type { Answer, ServiceRequest } from '../http/message.ts';
import type { Keys } from '../keys/port.ts';

/**
 * GET /.well-known/jwks.json: the keys that verify our signed access tokens (RFC 9068 section 4), next and retired ones
 * included. Never those of assertions or of the audit trail: a verifier must not take one for the other (threat 12).
 */
export interface JwksDeps {
  readonly keys: Keys;
}

/** Verifiers may keep it for five minutes; a next key is published a day before it signs. */
const CACHE_CONTROL = 'public, max-age=300';

export function jwksEndpoint({ keys }: JwksDeps, request: ServiceRequest): Answer {
  return keySetAnswer(keys.rings.access, request, CACHE_CONTROL);
}
