import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSealingRing } from './sealing-ring.ts';

describe('a sealing ring', () => {
  const secretOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
  const ring = createSealingRing(secretOf(2), [secretOf(1)]);

  it('opens what it sealed, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, place) => {
        const sealed = ring.seal(place, text.toWellFormed());
        expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(ring.open(place, sealed)).toBe(text.toWellFormed());
      }),
    );
  });

  it('seals under the first secret and opens under all', () => {
    const old = createSealingRing(secretOf(1), []).seal('a', 'text');
    expect(ring.open('a', old)).toBe('text');
    expect(createSealingRing(secretOf(2), []).open('a', ring.seal('a', 'text'))).toBe('text');
    expect(createSealingRing(secretOf(2), []).open('a', old)).toBeUndefined();
    expect(createSealingRing(secretOf(1), []).open('a', ring.seal('a', 'text'))).toBeUndefined();
  });

  it('opens nothing at a place that it was not sealed for', () => {
    const sealed = ring.seal('sign-in-request', 'text');
    expect(ring.open('sign-in-attempt', sealed)).toBeUndefined();
    expect(ring.open('', sealed)).toBeUndefined();
  });

  it('opens nothing of which a character was changed, added or taken away', () => {
    const sealed = ring.seal('a', 'text');
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (let at = 0; at < sealed.length; at += 1) {
      expect(ring.open('a', sealed.slice(0, at)), `cut at ${at}`).toBeUndefined();
      // The last characters hold bits that mean nothing: another spelling of the same bytes is another text.
      for (const other of at % 7 === 0 || at === 21 || at === sealed.length - 1 ? alphabet : 'A') {
        if (other === sealed[at]) continue;
        const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
        expect(ring.open('a', changed), `${other} at ${at}`).toBeUndefined();
      }
    }
    for (const more of 'AQw_') expect(ring.open('a', sealed + more), `with ${more}`).toBeUndefined();
    for (const wrong of ['', ' ', `${sealed}AAAA`, `${sealed}=`, 'A'.repeat(9000), `${sealed}\n`])
      expect(ring.open('a', wrong)).toBeUndefined();
  });

  it('never seals one text alike', () => {
    const all = Array.from({ length: 50 }, () => ring.seal('a', 'text'));
    expect(new Set(all.map((sealed) => sealed.slice(0, 22))).size).toBe(50);
  });
});
