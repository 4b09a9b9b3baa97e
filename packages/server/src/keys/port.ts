import type { KeyObject } from 'node:crypto';
import type { Result } from '@countersign/core';

/**
 * Key rings: one per purpose, never shared (threat 12). A key is next (published, not yet used), active (signs) or
 * retired (verifies until the last thing it signed has ended).
 */

/** `session` signs what programs carry for people; its public keys are shown to nobody. */
export const SIGNING_PURPOSES = ['access', 'assertion', 'audit', 'session'] as const;

export type SigningPurpose = (typeof SIGNING_PURPOSES)[number];

/** What seals what browsers keep for us (`cookie`), and what they carry from one host of ours to another (`redirect`). */
export const SEALING_PURPOSES = ['cookie', 'redirect'] as const;

export type SealingPurpose = (typeof SEALING_PURPOSES)[number];

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

/**
 * What travels through a browser and must be neither read nor changed on the way: sealed by a ring of its own purpose,
 * bound to the place it is for.
 */
export interface SealingRing {
  /** base64url. `place` names the use, such as `sign-in-request`. */
  seal(place: string, plaintext: string): string;
  /** `undefined` when it was not sealed here for that place. */
  open(place: string, sealed: string): string | undefined;
}

export interface Keys {
  readonly rings: Readonly<Record<SigningPurpose, KeyRing>>;
  readonly checksums: ChecksumRing;
  readonly sealing: Readonly<Record<SealingPurpose, SealingRing>>;
}

/** A ring as administrators see it: no key material but the name of each key. Times in epoch seconds. */
export interface RingView {
  readonly ring: RingName;
  readonly keys: readonly KeyView[];
}

export interface KeyView {
  readonly kid: string;
  readonly state: 'next' | 'active' | 'retired';
  readonly created: number;
  readonly activated?: number;
  readonly retired?: number;
}

export const RING_NAMES = [...SIGNING_PURPOSES, 'checksum', ...SEALING_PURPOSES] as const;

export type RingName = (typeof RING_NAMES)[number];

/** Whether the keys of a ring have a public half. */
export function signs(ring: RingName): ring is SigningPurpose {
  return SIGNING_PURPOSES.some((purpose) => purpose === ring);
}

/** Changes of the rings; each is durable, with its audit event, before it is used. `actor` is who asked. */
export interface KeyAdmin {
  list(): readonly RingView[];
  /** next → active, active → retired, and a new next. `too_young`: the next key has not been published for a day. */
  rotate(
    ring: RingName,
    options: { readonly force: boolean; readonly actor: string },
  ): Promise<Result<RingView, 'too_young' | 'unavailable'>>;
  /** Takes a key away at once; when it was the active one, the next takes its place. */
  revoke(
    ring: RingName,
    kid: string,
    options: { readonly actor: string },
  ): Promise<Result<void, 'unknown' | 'unavailable'>>;
}
