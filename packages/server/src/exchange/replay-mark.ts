import { hash } from 'node:crypto';
import type { UnverifiedJws } from '../trust/compact-jws.ts';
import type { TrustedIssuer } from '../snapshot/model.ts';

/**
 * The mark of a subject token that may be exchanged once: at most one live token comes from it (threat 7). It is written
 * in the commit that issues, and by nothing else: a refusal uses nothing up.
 */
export interface ReplayMark {
  /** Id of the trusted issuer: what one organization has seen is nothing to another. */
  readonly issuer: string;
  readonly mark: string;
  /** Epoch seconds from which the subject token is refused by its own `exp`, whatever leeway is configured. */
  readonly expiresAt: number;
}

/**
 * Seconds for which a mark outlives `exp`: longer than any `clock_leeway` (2 minutes), not just the one of today, so that
 * a configuration with a larger one does not bring back a token whose mark has just been forgotten.
 */
export const MARK_MARGIN = 180;

/** The mark of a verified token, where its issuer says `once`. */
export function replayMark(issuer: TrustedIssuer, token: UnverifiedJws): ReplayMark | undefined {
  if (issuer.replay !== 'once') return undefined;
  const exp = Number(token.claims['exp']);
  return {
    issuer: issuer.id,
    mark: markOf(token),
    expiresAt: Math.min(Math.ceil(exp) + MARK_MARGIN, Number.MAX_SAFE_INTEGER),
  };
}

/**
 * By `jti` (RFC 7519 section 4.1.7), else by what was signed. Not by the whole token: of an ECDSA signature (r, s) the
 * pair (r, n − s) is as good, and the same token would have two marks. Both as digests, so that a mark has one size;
 * the letter keeps a `jti` from being written like the digest of another token.
 */
function markOf({ claims, signingInput }: UnverifiedJws): string {
  const jti = Object.hasOwn(claims, 'jti') ? claims['jti'] : undefined;
  return typeof jti === 'string' && jti !== ''
    ? `j.${hash('sha256', jti, 'base64url')}`
    : `s.${hash('sha256', signingInput, 'base64url')}`;
}
