import { err, ok, type Result } from '@countersign/core';
import type { Clock, Random } from '../adapters/ports.ts';
import type { Database } from '../storage/port.ts';
import {
  insertKey,
  listKeys,
  parseKey,
  type KeyState,
  type StoredKey,
} from '../storage/repositories/keys.ts';
import { CHECKSUM_SECRET_BYTES, createChecksumRing } from './checksum-ring.ts';
import {
  SIGNING_PURPOSES,
  type ChecksumRing,
  type KeyRing,
  type Keys,
  type SigningKey,
  type SigningPurpose,
} from './port.ts';
import { keyPlace, open, seal } from './seal.ts';
import { exportSigningKey, importSigningKey, makeSigningKey } from './signing-key.ts';

/**
 * Opens the rings that storage holds, and makes those that it has never held. It must never replace a ring that does
 * not open: everything signed with it would stop being ours, silently, because a wrong file was mounted.
 */

/**
 * `does_not_open`: a stored key does not open with any encryption key given (exit 2, for a person to solve).
 * `unavailable`: storage did not answer.
 */
export type KeyRingFailure = 'does_not_open' | 'unavailable';

export interface KeyRingDeps {
  readonly database: Pick<Database, 'read' | 'write'>;
  /** The first seals, all open. */
  readonly encryptionKeys: readonly Uint8Array[];
  readonly clock: Clock;
  readonly random: Random;
}

const RINGS = [...SIGNING_PURPOSES, 'checksum'] as const;

type RingName = (typeof RINGS)[number];

/** States of the keys of a new ring. A checksum is verified here alone, so nobody has to hear of its next key. */
const FIRST_STATES: Readonly<Record<RingName, readonly KeyState[]>> = {
  assertion: ['active', 'next'],
  checksum: ['active'],
};

interface OpenedKey {
  readonly ring: string;
  readonly kid: string;
  readonly state: KeyState;
  readonly secret: Uint8Array;
}

/** The rings, durable before the first use. Throws when a ring is not as this program leaves one (a fault). */
export async function openKeys(deps: KeyRingDeps): Promise<Result<Keys, KeyRingFailure>> {
  const rows = await deps.database.read(listKeys());
  if (!rows.ok) return rows;
  const opened: OpenedKey[] = [];
  for (const stored of rows.value.map(parseKey)) {
    const secret = open(deps.encryptionKeys, keyPlace(stored.ring, stored.kid), stored.sealed);
    // Before anything is made: a key that does not open must not be joined by new ones.
    if (!secret) return err('does_not_open');
    opened.push({ ring: stored.ring, kid: stored.kid, state: stored.state, secret });
  }
  const made = RINGS.filter((ring) => !opened.some((key) => key.ring === ring)).flatMap((ring) =>
    FIRST_STATES[ring].map((state) => makeKey(ring, state, deps.random)),
  );
  if (made.length > 0) {
    const createdAt = Math.floor(deps.clock.now() / 1000);
    const unit = made.map((key) => insertKey(sealed(key, deps.encryptionKeys, createdAt)));
    if (!(await deps.database.write(unit)).ok) return err('unavailable');
  }
  const all = [...opened, ...made];
  return ok({ rings: { assertion: signingRing(all, 'assertion') }, checksums: checksumRing(all) });
}

function makeKey(ring: RingName, state: KeyState, random: Random): OpenedKey {
  if (ring === 'checksum') {
    // Drawn, not derived: a secret key has no public half that could name it.
    const kid = Buffer.from(random.bytes(16)).toString('base64url');
    return { ring, kid, state, secret: random.bytes(CHECKSUM_SECRET_BYTES) };
  }
  const key = makeSigningKey();
  return { ring, kid: key.kid, state, secret: exportSigningKey(key) };
}

function sealed(key: OpenedKey, encryptionKeys: readonly Uint8Array[], createdAt: number): StoredKey {
  const { ring, kid, state, secret } = key;
  return {
    ring,
    kid,
    state,
    sealed: seal(encryptionKeys, keyPlace(ring, kid), secret),
    ...(ring !== 'checksum' ? { publicJwk: JSON.stringify(importSigningKey(secret).jwk) } : {}),
    createdAt,
  };
}

function signingRing(all: readonly OpenedKey[], purpose: SigningPurpose): KeyRing {
  const { active, others } = ringOf(all, purpose);
  const signing = signingKeyOf(active);
  const published = Object.freeze([signing, ...others.map(signingKeyOf)].map((key) => key.jwk));
  return { signing: () => signing, published: () => published };
}

function signingKeyOf(key: OpenedKey): SigningKey {
  const signing = importSigningKey(key.secret);
  if (signing.kid !== key.kid) throw new Error('keys: a signing key is stored under the kid of another');
  return signing;
}

function checksumRing(all: readonly OpenedKey[]): ChecksumRing {
  const { active, others } = ringOf(all, 'checksum');
  return createChecksumRing(
    active.secret,
    others.map((key) => key.secret),
  );
}

function ringOf(
  all: readonly OpenedKey[],
  ring: RingName,
): { readonly active: OpenedKey; readonly others: readonly OpenedKey[] } {
  const keys = all.filter((key) => key.ring === ring);
  const [active, second] = keys.filter((key) => key.state === 'active');
  if (!active || second) throw new Error(`keys: the ring ${ring} does not have exactly one active key`);
  return { active, others: keys.filter((key) => key !== active) };
}
