import type { Claims, Json } from '../claims.ts';
import type { RefusalCode } from '../refusal-code.ts';
import { err, ok, type Result } from '../result.ts';
import { issuerKey } from './issuer-key.ts';

/**
 * Checks the registered claims (RFC 7519 section 4.1) of a token whose signature has verified. It must never be asked
 * before that, and a claim of the wrong type is never read as an absent one.
 */

/** What the claims are held against. All times and spans in seconds. */
export interface ClaimExpectations {
  readonly issuer: string;
  /**
   * Exact values; `aud` must hold one. The first is what a refusal hints at. Empty: nothing passes. `any`: whatever it
   * holds, as long as it is an audience; only an administrator's written word may say so.
   */
  readonly audiences: readonly string[] | 'any';
  /** How far clocks may differ: on `exp`, `nbf` and `iat`. */
  readonly leeway: number;
  /** Instead of `leeway`, on `exp`: 0 where something is to live exactly as long as the token. */
  readonly expiryLeeway?: number;
  /** Refuse what was issued longer ago; counted without leeway, and then `iat` is required. */
  readonly maxAge?: number;
  /** It may name no subject: what a logout token is about can be a session alone (OpenID Connect Back-Channel Logout 2.4). */
  readonly mayLackSubject?: true;
  /** Epoch seconds. */
  readonly now: number;
}

/** The registered claims that were found good. Times in epoch seconds, possibly with a fraction. */
export interface VerifiedClaims {
  /** Empty where it may be absent and is. */
  readonly subject: string;
  readonly expiresAt: number;
  readonly issuedAt?: number;
}

/** A fault of the token itself. `hint` may be shown to the caller, who has proved that the token is theirs. */
export interface ClaimFault {
  readonly code: Extract<RefusalCode, `token.${string}`>;
  readonly hint?: readonly string[];
}

/** Longest `sub` that is stored and compared: RFC 7519 sets no limit, OpenID Connect 255; ours leaves room for paths. */
const MAX_SUBJECT = 1024;

/**
 * Verifies `iss`, then `exp` → `nbf` → `iat` → age → `aud`, then `sub`; the first that fails answers. The order is
 * part of the contract: a caller who mends faults one by one must see them in it.
 */
export function verifyClaims(
  claims: Claims,
  expected: ClaimExpectations,
): Result<VerifiedClaims, ClaimFault> {
  const issuer = own(claims, 'iss');
  if (typeof issuer !== 'string' || issuerKey(issuer) !== issuerKey(expected.issuer)) {
    return fault('token.not_trusted');
  }
  const times = verifyTimes(claims, expected);
  if (!times.ok) return times;
  if (!holdsAudience(own(claims, 'aud'), expected.audiences)) {
    return fault('token.audience', audienceHint(expected.audiences));
  }
  const subject = own(claims, 'sub');
  if (subject === undefined && expected.mayLackSubject) return ok({ subject: '', ...times.value });
  if (typeof subject !== 'string' || subject === '' || subject.length > MAX_SUBJECT) {
    return fault('token.malformed', 'sub is not a string of 1 to 1024 characters');
  }
  return ok({ subject, ...times.value });
}

function verifyTimes(
  claims: Claims,
  { leeway, expiryLeeway = leeway, maxAge, now }: ClaimExpectations,
): Result<Omit<VerifiedClaims, 'subject'>, ClaimFault> {
  const expiresAt = own(claims, 'exp');
  if (!isTime(expiresAt) || now >= expiresAt + expiryLeeway) return fault('token.expired');
  const notBefore = own(claims, 'nbf');
  if (notBefore !== undefined) {
    if (!isTime(notBefore)) return fault('token.malformed', 'nbf is not a number');
    if (now < notBefore - leeway) return fault('token.not_yet_valid');
  }
  const issuedAt = own(claims, 'iat');
  if (issuedAt === undefined) {
    return maxAge === undefined ? ok({ expiresAt }) : fault('token.too_old', 'iat is absent');
  }
  if (!isTime(issuedAt)) return fault('token.malformed', 'iat is not a number');
  if (now < issuedAt - leeway) return fault('token.not_yet_valid');
  if (maxAge !== undefined && now - issuedAt > maxAge) return fault('token.too_old');
  return ok({ expiresAt, issuedAt });
}

/** A NumericDate. JSON has no infinity, but `1e999` parses to one, and that token would never end. */
function isTime(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/**
 * A string means the same as an array of it (CVE-2024-5798); an array that holds anything else holds no audience. A
 * token that was made for nobody in particular passes nowhere, not even where any audience does.
 */
function holdsAudience(aud: Json | undefined, audiences: ClaimExpectations['audiences']): boolean {
  const held = typeof aud === 'string' ? [aud] : aud;
  if (!Array.isArray(held) || !held.every((entry) => typeof entry === 'string')) return false;
  return held.some((entry) => (audiences === 'any' ? entry !== '' : audiences.includes(entry)));
}

function audienceHint(audiences: ClaimExpectations['audiences']): string {
  return audiences === 'any' ? 'expected an audience' : `expected audience ${audiences[0] ?? ''}`;
}

/** Own members only: `Object.prototype` is no issuer. */
function own(claims: Claims, name: string): Json | undefined {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

function fault(code: ClaimFault['code'], hint?: string): Result<never, ClaimFault> {
  return err(hint === undefined ? { code } : { code, hint: [hint] });
}
