import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Keys } from '../keys/port.ts';
import { createSealingRing } from '../keys/sealing-ring.ts';
import { openOwnPlace, signInLocation } from './own-place.ts';

const ring = createSealingRing(new Uint8Array(32).fill(9), []);
const keys = { sealing: { redirect: ring, cookie: ring } } as unknown as Keys;
const NOW = 1_795_348_800;

/** What becomes of a path that was sealed, however it came there. */
function leads(path: string, later = 0): string | undefined {
  const location = signInLocation({ keys, clock: { now: () => NOW * 1000 } }, path);
  const sealed = new URL(location, 'https://auth.example').searchParams.get('to') ?? '';
  return openOwnPlace(ring, sealed, NOW + later);
}

describe('a place on this host to come back to', () => {
  it('is there for five minutes', () => {
    expect([0, 300, 301].map((later) => leads('/device', later))).toEqual(['/device', '/device', undefined]);
  });

  it('is on this host whatever was sealed, and holds nothing that ends a header', () => {
    const piece = fc.constantFrom('/', '\\', '//', '.', '..', '@', ':', '?', '#', '\t', '\r\n', ' ', '%2f');
    const word = fc.constantFrom('evil.example', 'https:', 'javascript:', 'device', 'é', '\u0000', '\u2028');
    const path = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webPath(),
      fc.array(fc.oneof(piece, word), { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`),
    );
    let some = 0;
    fc.assert(
      fc.property(path, (text) => {
        const place = leads(text);
        if (place === undefined) return;
        some += 1;
        expect(place).toBe(text);
        expect(new URL(place, 'https://auth.example/oauth2/callback').origin).toBe('https://auth.example');
        expect(place).toMatch(/^\/[!-~]*$/);
      }),
      { numRuns: 2000 },
    );
    expect(some).toBeGreaterThan(0);
  });
});
