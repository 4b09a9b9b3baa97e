import { hash } from 'node:crypto';

/**
 * `subject` of what an administrator token has opened: it names that token and gives nothing of it away, so that what it
 * opened ends with it. `tokenHash`: its SHA-256.
 */
export function administratorSubject(tokenHash: Uint8Array): string {
  return hash('sha256', tokenHash, 'base64url');
}
