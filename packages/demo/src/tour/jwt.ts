import { err, ok, type Claims, type Result } from '@countersign/core';
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from 'jose';

/** The claims of a token, unverified: for showing to a person what the token says. */
export function decodedClaims(token: string): Result<Claims, string> {
  try {
    return ok(decodeJwt(token) as Claims);
  } catch {
    return err('what came is not a JWT');
  }
}

/** The claims of an assertion, after checking it the way an upstream should: ES256, the host's own keys, `iss`, `aud`. */
export async function verifiedAssertion(
  token: string,
  jwks: Claims,
  host: string,
): Promise<Result<Claims, string>> {
  try {
    const keys = createLocalJWKSet(jwks as unknown as JSONWebKeySet);
    const verified = await jwtVerify(token, keys, { algorithms: ['ES256'], issuer: host, audience: host });
    return ok(verified.payload as Claims);
  } catch (fault) {
    return err(`the assertion does not verify: ${fault instanceof Error ? fault.message : String(fault)}`);
  }
}
