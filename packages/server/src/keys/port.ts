import type { KeyObject } from 'node:crypto';

/**
 * Key rings: one per purpose, never shared (threat 12). A key is next (published, not yet used), active (signs) or
 * retired (verifies until the last thing it signed has ended).
 */

export const SIGNING_PURPOSES = ['assertion'] as const;

export type SigningPurpose = (typeof SIGNING_PURPOSES)[number];

/** An ES256 key pair. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** Public half as a JWK with `kid`, `use`, `alg`. */
  readonly jwk: PublicJwk;
}

export interface PublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'ES256';
}

export interface KeyRing {
  /** The active key. */
  signing(): SigningKey;
  /** Public keys: next, active and retired. */
  published(): readonly PublicJwk[];
}

/** The ring that marks our opaque tokens as made here. */
export interface ChecksumRing {
  /** Six base62 characters: a truncated HMAC-SHA-256 of `body` under the active key. */
  checksum(body: string): string;
  /** Whether any key of the ring, active or retired, gives this checksum; compared in constant time. */
  verify(body: string, checksum: string): boolean;
}

export interface Keys {
  readonly rings: Readonly<Record<SigningPurpose, KeyRing>>;
  readonly checksums: ChecksumRing;
}
