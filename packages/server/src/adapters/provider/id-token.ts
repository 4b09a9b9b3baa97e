import { hash } from 'node:crypto';
import { err, ok, type Claims, type Result } from '@countersign/core';
import type { Provider } from '../../sessions/provider-client.ts';
import { parseCompactJws, type UnverifiedJws } from '../../trust/compact-jws.ts';
import type { SubjectAlgorithm } from '../../trust/port.ts';
import type { Validate } from '../../trust/validate.ts';
import type { Fault } from './fault.ts';

/**
 * An id_token that came from a token endpoint (OpenID Connect Core 3.1.3.7): signature and times by THE validator, for
 * this client alone. That it came over TLS from the provider is no reason to leave its signature unread.
 */
export interface IdTokenChecks {
  readonly validate: Validate;
  /** Bytes. */
  readonly limit: number;
  /** Seconds. */
  readonly leeway: number;
  /** Epoch seconds. */
  readonly now: number;
}

export async function verifyIdToken(
  provider: Provider,
  { idToken, accessToken }: { readonly idToken: string; readonly accessToken: string },
  { validate, limit, leeway, now }: IdTokenChecks,
): Promise<Result<Claims, Fault>> {
  const jws = parseCompactJws(idToken, limit);
  if (!jws.ok) return refused('id_token');
  const { id, issuer, clientId } = provider;
  // Not `audiences`: those are other programs of the same people, and their id_tokens were never for this browser.
  const checks = { issuer, audiences: [clientId], leeway, maxAge: Infinity, now };
  const verified = await validate(jws.value, { id, url: issuer }, checks);
  if (!verified.ok) {
    const { code } = verified.error;
    return code === 'issuer.unreachable' ? err({ fault: 'unreachable', reason: 'keys' }) : refused(code);
  }
  const claims = verified.value;
  if (Object.hasOwn(claims, 'azp') && claims['azp'] !== clientId) return refused('azp');
  if (Object.hasOwn(claims, 'at_hash') && claims['at_hash'] !== accessTokenHash(jws.value, accessToken))
    return refused('at_hash');
  return ok(claims);
}

function refused(reason: string): Result<never, Fault> {
  return err({ fault: 'malformed', reason });
}

/** Section 3.1.3.6: the left half of the hash that the signature's algorithm names. */
function accessTokenHash({ alg }: UnverifiedJws, accessToken: string): string {
  const digest = hash(HASHES[alg], accessToken, 'buffer');
  return digest.subarray(0, digest.length / 2).toString('base64url');
}

const HASHES: Readonly<Record<SubjectAlgorithm, 'sha256' | 'sha384' | 'sha512'>> = {
  RS256: 'sha256',
  PS256: 'sha256',
  ES256: 'sha256',
  RS384: 'sha384',
  PS384: 'sha384',
  ES384: 'sha384',
  RS512: 'sha512',
  PS512: 'sha512',
  ES512: 'sha512',
  // Ed25519 hashes with SHA-512 itself (RFC 8032 section 5.1).
  EdDSA: 'sha512',
  Ed25519: 'sha512',
};
