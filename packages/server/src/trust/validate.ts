import type { KeyObject } from 'node:crypto';
import {
  err,
  ok,
  verifyClaims,
  type ClaimExpectations,
  type Claims,
  type RefusalCode,
  type Result,
} from '@countersign/core';
import type { UnverifiedJws } from './compact-jws.ts';
import type { IssuerKeys, KeyFailure, KeySource } from './port.ts';
import { verifySignature } from './verify-signature.ts';

/**
 * THE validator of foreign tokens: keys → signature → claims, the same for every entrance, so that no second path can
 * miss a check. It asks the keys of the given source alone, and says nothing that would tell an unknown key from a bad
 * signature: before the signature verifies, the caller has proved nothing.
 */
export type Validate = (
  token: UnverifiedJws,
  source: KeySource,
  checks: ClaimExpectations,
) => Validated | Promise<Validated>;

/** The claims, now verified, or why the token is refused. Given without a promise when the key is in memory. */
type Validated = Result<Claims, TokenRefusal>;

interface TokenRefusal {
  readonly code: RefusalCode;
  /** May be shown to the caller. */
  readonly hint?: readonly string[];
  /** Whether the signature was good: what may be stored as fact, and how much may be said. */
  readonly verified: boolean;
}

export function createValidator({ keys }: { readonly keys: IssuerKeys }): Validate {
  return (token, source, checks) => {
    const judge = (found: KeyResult): Validated | Promise<Validated> => {
      if (!found.ok) return err(KEY_REFUSALS[found.error]);
      if (verifySignature(token, found.value)) return judgeClaims(token, checks);
      const other = keys.find(source, token.kid, token.alg, found.value);
      return other instanceof Promise ? other.then(judgeLast) : judgeLast(other);
    };
    // After one replacement there is no third key: otherwise a bad signature could ask for ever.
    const judgeLast = (found: KeyResult): Validated => {
      if (!found.ok) return err(KEY_REFUSALS[found.error]);
      return verifySignature(token, found.value) ? judgeClaims(token, checks) : err(KEY_REFUSALS.unknown);
    };
    const found = keys.find(source, token.kid, token.alg);
    return found instanceof Promise ? found.then(judge) : judge(found);
  };
}

type KeyResult = Result<KeyObject, KeyFailure>;

/** One text for an unknown key and a bad signature. */
const KEY_REFUSALS: Readonly<Record<KeyFailure, TokenRefusal>> = {
  unknown: { code: 'token.not_trusted', verified: false },
  unreachable: { code: 'issuer.unreachable', verified: false },
};

function judgeClaims(token: UnverifiedJws, checks: ClaimExpectations): Validated {
  const verified = verifyClaims(token.claims, checks);
  return verified.ok ? ok(token.claims) : err({ ...verified.error, verified: true });
}
