import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksumText, formatOpaque, hasOpaqueForm, OPAQUE_RANDOM_BYTES, parseOpaque } from './opaque.ts';
import { TOKEN_PREFIXES } from './token-type.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A toy in which one changed character always changes the sum: weights are prime to 62^6. */
function toyChecksum(body: string): string {
  let sum = 7;
  for (const character of body) sum = (sum * 257 + character.charCodeAt(0)) % 62 ** 6;
  return checksumText(Uint8Array.from([4, 3, 2, 1, 0], (place) => Math.floor(sum / 256 ** place) % 256));
}

const bytes = fc.uint8Array({ minLength: OPAQUE_RANDOM_BYTES, maxLength: OPAQUE_RANDOM_BYTES });
const prefix = fc.constantFrom(...TOKEN_PREFIXES);

describe('formatOpaque', () => {
  it('makes what parseOpaque takes apart', () => {
    fc.assert(
      fc.property(prefix, bytes, (kind, random) => {
        const value = formatOpaque(kind, random, toyChecksum);
        expect(value).toHaveLength(4 + 32 + 6);
        const parsed = parseOpaque(value);
        expect(parsed?.prefix).toBe(kind);
        expect(parsed && parsed.body + parsed.checksum).toBe(value);
        expect(parsed?.checksum).toBe(toyChecksum(parsed?.body ?? ''));
        expect(hasOpaqueForm(value)).toBe(true);
      }),
    );
  });

  it('gives the checksum all that stands before it', () => {
    const seen: string[] = [];
    const value = formatOpaque('cso', new Uint8Array(48), (body) => {
      seen.push(body);
      return 'abcdef';
    });
    expect(seen).toEqual([value.slice(0, -6)]);
    expect(value).toBe(`cso_${'0'.repeat(32)}abcdef`);
  });

  it('uses every one of the random bytes', () => {
    const zero = formatOpaque('cso', new Uint8Array(48), toyChecksum);
    for (let at = 0; at < 48; at += 1) {
      const random = new Uint8Array(48);
      random[at] = 1;
      expect(formatOpaque('cso', random, toyChecksum)).not.toBe(zero);
    }
  });

  it('is uniform: each six bytes are four characters, the number modulo 62^4 in base 62', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 48, maxLength: 48 }), (random) => {
        const text = formatOpaque('cso', random, () => 'AAAAAA').slice(4, 36);
        for (let group = 0; group < 8; group += 1) {
          const bytes = random.slice(group * 6, group * 6 + 6);
          const number = bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n);
          const read = Array.from(text.slice(group * 4, group * 4 + 4))
            .toReversed()
            .reduce((value, digit) => value * 62n + BigInt(BASE62.indexOf(digit)), 0n);
          expect(read).toBe(number % 62n ** 4n);
        }
      }),
    );
  });

  it('will not make a token from fewer bytes', () => {
    expect(() => formatOpaque('cso', new Uint8Array(OPAQUE_RANDOM_BYTES - 1), toyChecksum)).toThrow(
      RangeError,
    );
  });
});

describe('parseOpaque', () => {
  const good = `cst_${'a'.repeat(38)}`;

  it('takes exactly our form', () => {
    expect(parseOpaque(good)).toEqual({ prefix: 'cst', body: `cst_${'a'.repeat(32)}`, checksum: 'aaaaaa' });
  });

  it.each([
    ['', 'nothing'],
    [good.slice(0, -1), 'one character short'],
    [`${good}a`, 'one character long'],
    [`${good}\n`, 'a line break at the end'],
    [` ${good}`, 'a space before'],
    [good.replace('cst_', 'csx_'), 'a prefix that is not ours'],
    [good.replace('cst_', 'csa_'), 'a prefix that is not issued yet'],
    [good.replace('cst_', 'CST_'), 'a prefix of another case'],
    [good.replace('cst_', 'cst-'), 'no underscore'],
    [good.replace('aa', 'a-'), 'base64url'],
    [good.replace('aa', 'a_'), 'an underscore within'],
    [good.replace('aa', 'a\u0430'), 'a letter of another script'],
  ])('refuses %j: %s', (value) => {
    expect(parseOpaque(value)).toBeUndefined();
  });

  it('notices one changed character', () => {
    const change = fc.record({ at: fc.nat(41), to: fc.constantFrom(...Array.from(`${BASE62}_-.`)) });
    fc.assert(
      fc.property(prefix, bytes, change, (kind, random, { at, to }) => {
        const value = formatOpaque(kind, random, toyChecksum);
        fc.pre(value[at] !== to);
        const parsed = parseOpaque(value.slice(0, at) + to + value.slice(at + 1));
        expect(parsed?.checksum).not.toBe(toyChecksum(parsed?.body ?? ''));
      }),
    );
  });
});

describe('hasOpaqueForm', () => {
  it('goes by the first four characters, so that a damaged value of ours is still ours', () => {
    for (const kind of TOKEN_PREFIXES) expect(hasOpaqueForm(`${kind}_`)).toBe(true);
    for (const value of ['', 'cso', 'cso-x', 'csx_x', 'xcso_x', 'CSO_x', 'eyJhbGciOi', 'ghp_x'])
      expect(hasOpaqueForm(value)).toBe(false);
  });
});

describe('checksumText', () => {
  it('is the number of the first eight bytes modulo 62^6, in base 62', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 32 }), (mac) => {
        const number = mac.slice(0, 8).reduce((value, byte) => value * 256n + BigInt(byte), 0n);
        const text = checksumText(mac);
        expect(text).toMatch(/^[0-9A-Za-z]{6}$/);
        const read = Array.from(text)
          .toReversed()
          .reduce((value, digit) => value * 62n + BigInt(BASE62.indexOf(digit)), 0n);
        expect(read).toBe(number % 62n ** 6n);
      }),
    );
  });
});
