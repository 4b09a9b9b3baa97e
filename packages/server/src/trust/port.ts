import type { KeyObject } from 'node:crypto';
import type { Result } from '@countersign/core';

/** What the validator of foreign tokens needs: the keys of an issuer, found by `kid` and algorithm. */

/** Signature algorithms that subject tokens may use (asymmetric, compared case-sensitively; RFC 8725 section 3.1). */
export const SUBJECT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

export type SubjectAlgorithm = (typeof SUBJECT_ALGORITHMS)[number];

/** Where an issuer's keys come from. `id` keys the cache: the same URL in two organizations is two sources. */
export interface KeySource {
  readonly id: string;
  /** Issuer URL as registered; discovery is this plus `/.well-known/openid-configuration`. */
  readonly url: string;
  /** JSON of a key set given by hand (RFC 7517): then nothing is fetched, ever. */
  readonly jwks?: string;
  /** PEM of certificate authorities to trust for this issuer, instead of the built-in ones. */
  readonly ca?: string;
  /** SHA-256 of leaf certificates, lower-case hex: good enough where verification by authority fails. */
  readonly thumbprints?: readonly string[];
}

/** `unknown`: the issuer has no such key. `unreachable`: its keys cannot be had and there is no good copy. */
export type KeyFailure = 'unknown' | 'unreachable';

export interface IssuerKeys {
  /**
   * Answers from memory when it can, without a promise: the hot path of the exchange. `rejected` is a key that was
   * found before and did not verify a signature: another one under the same `kid` is wanted (an issuer that rotates
   * without renaming), and the issuer is asked for it at most once per cool-down.
   */
  find(
    source: KeySource,
    kid: string | undefined,
    algorithm: SubjectAlgorithm,
    rejected?: KeyObject,
  ): Result<KeyObject, KeyFailure> | Promise<Result<KeyObject, KeyFailure>>;
}
