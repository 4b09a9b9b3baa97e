import type { HeldKey } from './held-key.ts';
import type { RingName } from './port.ts';

/**
 * The life of a key: next → active → retired → gone. Pure: every step takes a ring and gives the ring afterwards; what
 * has to be written is the difference between the two.
 */

const DAY = 24 * 60 * 60;

/** Seconds for which a next key has to have been published: as long as anybody may keep a copy of a key set. */
export const PUBLISHED_BEFORE_USE = DAY;

/** Seconds that clocks elsewhere may differ. */
const LEEWAY = 2 * 60;

/** Seconds that a session lasts at most: what `session.lifetime` may say. */
export const LONGEST_SESSION = 30 * DAY;

/**
 * Seconds for which a retired key goes on verifying: as long as anything lives that it signed. Afterwards it could
 * serve a thief alone. Checkpoints of the trail have no end, nor have tokens that were made over the API, and so their
 * keys have none. (Whoever has a secret of checksums can make the server look something up, and no more.)
 */
const VERIFIES_FOR: Readonly<Record<RingName, number>> = {
  access: 60 * 60 + LEEWAY,
  assertion: 5 * 60 + LEEWAY,
  audit: Infinity,
  checksum: Infinity,
  session: LONGEST_SESSION + LEEWAY,
  // A sign-in at a provider may take so long; what goes from host to host is used at once.
  cookie: 60 * 60 + LEEWAY,
  redirect: 10 * 60 + LEEWAY,
};

/** Epoch seconds from which a key is gone. */
export function goneFrom(key: HeldKey): number {
  return key.state === 'retired' ? (key.retiredAt ?? Infinity) + VERIFIES_FOR[key.ring] : Infinity;
}

/** Whether the next key of a ring may become the active one without anybody missing it. */
export function isRipe(keys: readonly HeldKey[], now: number): boolean {
  return keys.every((key) => key.state !== 'next' || now - key.createdAt >= PUBLISHED_BEFORE_USE);
}

export type MakeKey = (state: 'active' | 'next') => HeldKey;

/** A ring that there has never been. */
export function firstRing(ring: RingName, make: MakeKey, now: number): readonly HeldKey[] {
  return completed(ring, [], make, now);
}

/** The active key retires, the next takes its place, and there is a new next one. */
export function rotated(
  ring: RingName,
  keys: readonly HeldKey[],
  make: MakeKey,
  now: number,
): readonly HeldKey[] {
  const remaining = keys
    .filter((key) => now < goneFrom(key))
    .map((key) => (key.state === 'active' ? { ...key, state: 'retired' as const, retiredAt: now } : key));
  return completed(ring, remaining, make, now);
}

/** A key is gone at once, as if it had never been; whatever place it had is taken. */
export function without(
  ring: RingName,
  keys: readonly HeldKey[],
  kid: string,
  make: MakeKey,
  now: number,
): readonly HeldKey[] {
  return completed(
    ring,
    keys.filter((key) => key.kid !== kid),
    make,
    now,
  );
}

/** Fills the places of the active and of the next key. A checksum is verified here alone: nobody hears of a next one. */
function completed(ring: RingName, keys: readonly HeldKey[], make: MakeKey, now: number): readonly HeldKey[] {
  const has = (state: HeldKey['state']): boolean => keys.some((key) => key.state === state);
  const promoted = has('active')
    ? keys
    : keys.map((key) =>
        key.state === 'next' ? { ...key, state: 'active' as const, activatedAt: now } : key,
      );
  const active = promoted.some((key) => key.state === 'active') ? [] : [make('active')];
  const next = ring === 'checksum' || promoted.some((key) => key.state === 'next') ? [] : [make('next')];
  return [...promoted, ...active, ...next];
}
