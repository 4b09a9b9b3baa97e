import { createChecksumRing } from './checksum-ring.ts';
import type { HeldKey } from './held-key.ts';
import {
  RING_NAMES,
  type ChecksumRing,
  type Keys,
  type PublicJwk,
  type RingName,
  type RingView,
  type SealingPurpose,
  type SigningKey,
  type SigningPurpose,
} from './port.ts';
import { goneFrom } from './ring-state.ts';
import { createSealingRing } from './sealing-ring.ts';
import { importSigningKey } from './signing-key.ts';

/**
 * The rings in use. Whoever holds {@link Keys} sees every change at once: rings are swapped whole, never key by key,
 * and a ring that is not as it has to be is a fault that leaves those before it in force.
 */
export interface LiveKeys extends Keys {
  /** Every key as stored. */
  held(): readonly HeldKey[];
  /** Throws, and changes nothing, when a ring is not as this program leaves one. */
  swap(held: readonly HeldKey[]): void;
  list(): readonly RingView[];
}

interface Rings {
  /** As stored; those that are gone stay there until the next rotation. */
  readonly held: readonly HeldKey[];
  /** Those of them that are not gone. */
  readonly usable: readonly HeldKey[];
  readonly signing: Readonly<Record<SigningPurpose, SigningRing>>;
  readonly checksums: ChecksumRing;
  readonly sealing: Keys['sealing'];
  /** Epoch seconds at which the first of the retired keys is gone. */
  readonly until: number;
}

interface SigningRing {
  readonly active: SigningKey;
  readonly published: readonly PublicJwk[];
}

/** `now` in epoch seconds. */
export function createLiveKeys(initial: readonly HeldKey[], now: () => number): LiveKeys {
  let rings = ringsOf(initial, now());
  // Looked at when it is used: a retired key is gone in time though nobody changes anything for a year.
  const current = (): Rings => (now() < rings.until ? rings : (rings = ringsOf(rings.held, now())));
  const ring = (purpose: SigningPurpose): Keys['rings'][SigningPurpose] => ({
    signing: () => current().signing[purpose].active,
    published: () => current().signing[purpose].published,
  });
  const sealing = (purpose: SealingPurpose): Keys['sealing'][SealingPurpose] => ({
    seal: (place, plaintext) => current().sealing[purpose].seal(place, plaintext),
    open: (place, sealed) => current().sealing[purpose].open(place, sealed),
  });
  return {
    rings: {
      access: ring('access'),
      assertion: ring('assertion'),
      audit: ring('audit'),
      session: ring('session'),
    },
    checksums: {
      checksum: (body) => current().checksums.checksum(body),
      verify: (body, checksum) => current().checksums.verify(body, checksum),
    },
    sealing: { cookie: sealing('cookie'), redirect: sealing('redirect') },
    held: () => rings.held,
    swap: (held) => {
      rings = ringsOf(held, now());
    },
    list: () => RING_NAMES.map((name) => viewOf(name, current().usable)),
  };
}

function ringsOf(held: readonly HeldKey[], now: number): Rings {
  const usable = held.filter((key) => now < goneFrom(key));
  const signing = {
    access: signingRing(usable, 'access'),
    assertion: signingRing(usable, 'assertion'),
    audit: signingRing(usable, 'audit'),
    session: signingRing(usable, 'session'),
  };
  const sealing = {
    cookie: secretRing(usable, 'cookie', createSealingRing),
    redirect: secretRing(usable, 'redirect', createSealingRing),
  };
  const checksums = secretRing(usable, 'checksum', createChecksumRing);
  const until = Math.min(...usable.map(goneFrom));
  return { held, usable, signing, sealing, checksums, until };
}

function signingRing(all: readonly HeldKey[], purpose: SigningPurpose): SigningRing {
  const { active, others } = ringOf(all, purpose);
  const signing = signingKeyOf(active);
  return {
    active: signing,
    published: Object.freeze([signing, ...others.map(signingKeyOf)].map((key) => key.jwk)),
  };
}

function signingKeyOf(key: HeldKey): SigningKey {
  const signing = importSigningKey(key.secret);
  if (signing.kid !== key.kid) throw new Error('keys: a signing key is stored under the kid of another');
  return signing;
}

function secretRing<R>(
  all: readonly HeldKey[],
  ring: RingName,
  create: (active: Uint8Array, others: readonly Uint8Array[]) => R,
): R {
  const { active, others } = ringOf(all, ring);
  return create(
    active.secret,
    others.map((key) => key.secret),
  );
}

function ringOf(
  all: readonly HeldKey[],
  ring: RingName,
): { readonly active: HeldKey; readonly others: readonly HeldKey[] } {
  const keys = all.filter((key) => key.ring === ring);
  const [active, second] = keys.filter((key) => key.state === 'active');
  if (!active || second) throw new Error(`keys: the ring ${ring} does not have exactly one active key`);
  return { active, others: keys.filter((key) => key !== active) };
}

export function viewOf(ring: RingName, all: readonly HeldKey[]): RingView {
  const keys = all
    .filter((key) => key.ring === ring)
    .map(({ kid, state, createdAt, activatedAt, retiredAt }) => ({
      kid,
      state,
      created: createdAt,
      ...(activatedAt === undefined ? {} : { activated: activatedAt }),
      ...(retiredAt === undefined ? {} : { retired: retiredAt }),
    }));
  return { ring, keys };
}
