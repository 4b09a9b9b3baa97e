import {
  parseClaimPath,
  principalFacts,
  readPath,
  type ClaimHeader,
  type Claims,
  type HeaderLine,
  type Json,
  type Route,
} from '@countersign/core';
import type { TokenRecord } from '../tokens/model.ts';

/**
 * What an upstream is told about the caller: the claims of the assertion and the headers that repeat some of them.
 * Pure; must never let a claim of the exchanged token pass for something that this server says itself.
 */

/** Seconds that an assertion holds (reference: `exp` = `iat` + 300). */
export const ASSERTION_LIFETIME = 300;

/**
 * Names that only this server fills. A foreign token may well hold an `email` that nobody verified; under these names
 * its claims are never read, present or not.
 */
const BASE_CLAIMS: ReadonlySet<string> = new Set([
  'act',
  'aud',
  'email',
  'exp',
  'groups',
  'iat',
  'idp_sub',
  'iss',
  'jti',
  'name',
  'nbf',
  'org',
  'sid',
  'sub',
  'team',
  'user',
]);

export interface AssertedFacts {
  readonly token: TokenRecord;
  readonly route: Route;
  /** That was asked for: issuer and audience. */
  readonly host: string;
  readonly jti: string;
  /** Epoch seconds. */
  readonly now: number;
}

/** The claims of an assertion for one token on one host of a route. */
export function assertionClaims({ token, route, host, jti, now }: AssertedFacts): Claims {
  const claims: Record<string, Json> = {};
  for (const { claim } of route.claimHeaders) {
    const value = foreignClaim(token, claim);
    if (value !== undefined) claims[claim] = value;
  }
  return {
    ...claims,
    ...identityClaims(token),
    iss: host,
    aud: host,
    sid: token.id,
    jti,
    iat: now,
    exp: now + ASSERTION_LIFETIME,
  };
}

function identityClaims(token: TokenRecord): Claims {
  const { principal } = token;
  const facts = principalFacts(principal);
  const id = facts['id'] ?? '';
  const claims: Record<string, Json> = { sub: id, user: id, groups: facts['groups'] ?? [] };
  if (principal.vouchedBy.kind === 'identity_provider') claims['idp_sub'] = token.subject;
  copy(facts, 'email', claims, 'email');
  copy(facts, 'name', claims, 'name');
  copy(facts, 'organization', claims, 'org');
  copy(facts, 'team', claims, 'team');
  return claims;
}

function copy(from: Claims, name: string, to: Record<string, Json>, as: string): void {
  const value = from[name];
  if (value !== undefined) to[as] = value;
}

/** A verified claim of the token that was exchanged, unless its name is one that only we fill. */
function foreignClaim(token: TokenRecord, claim: string): Json | undefined {
  const path = parseClaimPath(claim);
  if (!path.ok || BASE_CLAIMS.has(path.value[0] ?? '')) return undefined;
  return readPath(token.claims, path.value);
}

/** The headers of `jwt_claims_headers`, from the claims of the assertion. A missing claim is an empty header. */
export function claimHeaderLines(wanted: readonly ClaimHeader[], claims: Claims): readonly HeaderLine[] {
  return wanted.map(({ header, claim }) => [header, headerValue(readPath(claims, [claim]))]);
}

function headerValue(value: Json | undefined): string {
  const text = Array.isArray(value) ? value.map(plainText).join(',') : plainText(value);
  // A line break in a claim would end the header and begin another one, of the issuer's choosing (header injection).
  if (/[\u0000-\u001f\u007f]/.test(text)) return '';
  // Header values are bytes; UTF-8 is what every framework assumes of them.
  return Buffer.from(text, 'utf8').toString('latin1');
}

function plainText(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
