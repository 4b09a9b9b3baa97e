import { err, ok, type Result } from '@countersign/core';
import type { Random } from '../adapters/ports.ts';
import type { KeyState, StoredKey } from '../storage/repositories/keys.ts';
import { RING_NAMES, signs, type RingName } from './port.ts';
import { keyPlace, open, seal } from './seal.ts';
import { exportSigningKey, importSigningKey, makeSigningKey } from './signing-key.ts';

/** A key of a ring as the process holds it, on its way to and from storage. Times in epoch seconds. */
export interface HeldKey {
  readonly ring: RingName;
  readonly kid: string;
  readonly state: KeyState;
  readonly secret: Uint8Array;
  readonly createdAt: number;
  readonly activatedAt?: number;
  readonly retiredAt?: number;
}

/** A new key; nothing knows of it yet. */
export function makeKey(ring: RingName, state: 'active' | 'next', random: Random, now: number): HeldKey {
  const times = { createdAt: now, ...(state === 'active' ? { activatedAt: now } : {}) };
  if (!signs(ring)) {
    // Drawn, not derived: a secret key has no public half that could name it.
    const kid = Buffer.from(random.bytes(16)).toString('base64url');
    return { ring, kid, state, secret: random.bytes(SECRET_BYTES), ...times };
  }
  const key = makeSigningKey();
  return { ring, kid: key.kid, state, secret: exportSigningKey(key), ...times };
}

/** As many as HMAC-SHA-256 gives, and as AES-256 takes. */
const SECRET_BYTES = 32;

/** As it is stored: sealed. */
export function sealKey(key: HeldKey, encryptionKeys: readonly Uint8Array[]): StoredKey {
  const { secret, ...rest } = key;
  return {
    ...rest,
    sealed: seal(encryptionKeys, keyPlace(key.ring, key.kid), secret),
    ...(!signs(key.ring) ? {} : { publicJwk: JSON.stringify(importSigningKey(secret).jwk) }),
  };
}

/** All that was stored, or nothing: a ring of which one key does not open is not the ring that was stored. */
export function openStoredKeys(
  all: readonly StoredKey[],
  encryptionKeys: readonly Uint8Array[],
): Result<readonly HeldKey[], 'does_not_open'> {
  const held: HeldKey[] = [];
  for (const { sealed, publicJwk: _believedByNobody, ...stored } of all) {
    const secret = open(encryptionKeys, keyPlace(stored.ring, stored.kid), sealed);
    if (!secret) return err('does_not_open');
    const ring = RING_NAMES.find((name) => name === stored.ring);
    // A ring that this version does not know is somebody else's business, as long as it opens.
    if (ring !== undefined) held.push({ ...stored, ring, secret });
  }
  return ok(held);
}
