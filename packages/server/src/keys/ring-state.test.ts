import { describe, expect, it } from 'vitest';
import { sessionShape } from '../config/schema/settings.ts';
import type { HeldKey } from './held-key.ts';
import type { RingName } from './port.ts';
import {
  firstRing,
  goneFrom,
  isRipe,
  LONGEST_SESSION,
  PUBLISHED_BEFORE_USE,
  rotated,
  without,
  type MakeKey,
} from './ring-state.ts';

const NOW = 1_000_000;

/** Names its keys a, b, c … */
function maker(ring: RingName, now = NOW): MakeKey {
  let made = 0;
  return (state) => ({
    ring,
    kid: String.fromCharCode(97 + made++),
    state,
    secret: new Uint8Array(),
    createdAt: now,
  });
}

const shape = (keys: readonly HeldKey[]): readonly string[] =>
  keys.map(({ kid, state }) => `${kid} ${state}`);

describe('a ring', () => {
  it('begins with a key in use and one to come; a checksum has none to come', () => {
    expect(shape(firstRing('access', maker('access'), NOW))).toEqual(['a active', 'b next']);
    expect(shape(firstRing('checksum', maker('checksum'), NOW))).toEqual(['a active']);
  });

  it('is rotated without a gap: what was published signs, what signed still verifies', () => {
    const make = maker('access');
    const first = firstRing('access', make, NOW);
    const second = rotated('access', first, make, NOW + 10);
    expect(shape(second)).toEqual(['a retired', 'b active', 'c next']);
    expect(second[0]?.retiredAt).toBe(NOW + 10);
    expect(second[1]?.activatedAt).toBe(NOW + 10);
    expect(shape(rotated('access', second, make, NOW + 20))).toEqual([
      'a retired',
      'b retired',
      'c active',
      'd next',
    ]);
  });

  it('gets a new checksum secret at once: nobody else has to hear of it', () => {
    const make = maker('checksum');
    expect(shape(rotated('checksum', firstRing('checksum', make, NOW), make, NOW))).toEqual([
      'a retired',
      'b active',
    ]);
  });

  it('loses what is gone with the next rotation', () => {
    const make = maker('assertion');
    const second = rotated('assertion', firstRing('assertion', make, NOW), make, NOW);
    const gone = goneFrom(second[0] as HeldKey);
    expect(shape(rotated('assertion', second, make, gone - 1))).toContain('a retired');
    expect(shape(rotated('assertion', second, make, gone))).not.toContain('a retired');
  });

  it.each<readonly [RingName, number]>([
    ['access', 3600 + 120],
    ['assertion', 300 + 120],
    ['checksum', Infinity],
    ['session', LONGEST_SESSION + 120],
    ['cookie', 3600 + 120],
    ['redirect', 600 + 120],
    ['audit', Infinity],
  ])('keeps a retired key of %s for %d seconds', (ring, seconds) => {
    const key: HeldKey = {
      ring,
      kid: 'a',
      state: 'retired',
      secret: new Uint8Array(),
      createdAt: 1,
      retiredAt: NOW,
    };
    expect(goneFrom(key)).toBe(NOW + seconds);
    expect(goneFrom({ ...key, state: 'active' })).toBe(Infinity);
    expect(goneFrom({ ...key, state: 'next' })).toBe(Infinity);
  });

  it('keeps what signed a session for as long as a configuration lets one last', () => {
    const lifetime = (seconds: number): boolean => sessionShape.lifetime.safeParse(`${seconds}s`).success;
    expect(lifetime(LONGEST_SESSION)).toBe(true);
    expect(lifetime(LONGEST_SESSION + 1)).toBe(false);
  });

  it('is ripe when its next key has been published for a day', () => {
    const ring = firstRing('access', maker('access'), NOW);
    expect(isRipe(ring, NOW + PUBLISHED_BEFORE_USE - 1)).toBe(false);
    expect(isRipe(ring, NOW + PUBLISHED_BEFORE_USE)).toBe(true);
  });

  it.each([
    ['active', 'a', ['b active', 'c next']],
    ['next', 'b', ['a active', 'c next']],
  ])('fills the place of its %s key when that is taken away', (_state, kid, after) => {
    const make = maker('access');
    expect(shape(without('access', firstRing('access', make, NOW), kid, make, NOW))).toEqual(after);
  });

  it('has nothing to fill when a retired key is taken away, and makes a new checksum secret for the only one', () => {
    const make = maker('access');
    const ring = rotated('access', firstRing('access', make, NOW), make, NOW);
    expect(shape(without('access', ring, 'a', make, NOW))).toEqual(['b active', 'c next']);
    const secret = maker('checksum');
    const checksums = firstRing('checksum', secret, NOW);
    expect(shape(without('checksum', checksums, 'a', secret, NOW))).toEqual(['b active']);
  });
});
