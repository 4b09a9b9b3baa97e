import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalTarget, MAX_TARGET } from './canonical-path.ts';

const target = (text: string): string | undefined => {
  const result = canonicalTarget(text);
  return result.ok ? result.value.target : undefined;
};

/** Pieces that paths are attacked with, and ordinary ones. */
const piece = fc.constantFrom(
  ' ',
  ...'/ / / / a B . .. %2e %2E%2e %2f %5c %5C \\ ; %3b %25 %00 %41 %7e %7E %c3%a9 %C3%A9 %c0%af %ff'.split(
    ' ',
  ),
  ...'% %4 %zz # ? & = \t \u00e9 + : @ ~ %20 %0a %c2%85 * | pomerium_session pomerium%5fsession=x'.split(' '),
);
const attack = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join('')}`);

describe('canonicalTarget', () => {
  it.each([
    ['/', '/'],
    ['/a/b', '/a/b'],
    ['/a/', '/a/'],
    ['/A', '/A'],
    ['/%61%2D%5f%7e', '/a-_~'],
    ['/%C3%a9', '/%C3%A9'],
    ['/a%20b', '/a%20b'],
    ['/a%23%3f', '/a%23%3F'],
    ["/a+b:c@d!$&'()*,=", "/a+b:c@d!$&'()*,="],
    ['/...', '/...'],
    ['/.well-known/x', '/.well-known/x'],
    ['/a.', '/a.'],
    ['/%f0%9f%98%80', '/%F0%9F%98%80'],
    ['/a?x=%2F..//;#'.slice(0, -1), '/a?x=%2F..//;'],
    ['/a?', '/a?'],
    ['/?a=%25&b', '/?a=%25&b'],
  ])('forwards %s as %s', (text, canonical) => {
    expect(target(text)).toBe(canonical);
  });

  it.each([
    ['not origin-form', ['', '*', 'a', 'http://x/', '?a', '\\a']],
    ['an encoded slash', ['/a%2fb', '/a%2Fb', '/..%2fadmin']],
    ['a backslash', ['/a\\b', '/a%5cb', '/a%5Cb']],
    ['a dot segment', ['/.', '/..', '/./a', '/a/../b', '/a/..', '/a/.']],
    ['an encoded dot segment', ['/%2e', '/%2e%2E/a', '/.%2e/a', '/%2e./a', '/a/%2e']],
    ['an empty segment', ['//', '//a', '/a//b', '/a//']],
    ['a path parameter', ['/a;b', '/..;/admin', '/a%3bb', '/a%3Bb']],
    [
      'NUL and control characters',
      ['/a\0', '/a%00', '/a\n', '/a%0a', '/a%1F', '/a\x7f', '/a%7f', '/a%c2%85', '/a b'],
    ],
    ['double encoding', ['/%252e', '/a%25']],
    ['broken escapes', ['/%', '/%4', '/%zz', '/a%', '/%u0041']],
    [
      'UTF-8 that is not',
      [
        '/%80',
        '/%ff',
        '/%c3',
        '/%c3a',
        '/%c0%af',
        '/%e0%80%af',
        '/%ed%a0%80',
        '/%f4%90%80%80',
        '/%f8%88%80%80%80',
      ],
    ],
    ['raw bytes above ASCII', ['/\u00e9', '/\u0130', '/a?\u00e9']],
    ['a fragment', ['/a#b', '/a?b#c', '/#']],
    ['control characters in the query', ['/?a\n', '/?\0', '/?a b', '/?\x7f']],
  ])('refuses %s', (_name, texts) => {
    for (const text of texts)
      expect([text, canonicalTarget(text)]).toEqual([text, { ok: false, error: 'path.ambiguous' }]);
  });

  it.each([
    ['/a?pomerium_session=x', '/a'],
    ['/a?pomerium_session', '/a'],
    ['/a?x=1&pomerium_session=a=b&y=2', '/a?x=1&y=2'],
    ['/a?pomerium_session=1&pomerium_session=2', '/a'],
    ['/a?pomerium%5Fsession=x&y', '/a?y'],
    ['/a?%70omerium_%73ession=x', '/a'],
    ['/a?Pomerium_Session=x', '/a'],
    ['/a?x=pomerium_session', '/a?x=pomerium_session'],
    ['/a?my_pomerium_session=x', '/a?my_pomerium_session=x'],
    ['/a?&pomerium_session=x', '/a'],
  ])('takes the session out of %s', (text, canonical) => {
    expect(target(text)).toBe(canonical);
  });

  it('takes targets of 16 KiB and not one character more', () => {
    expect(target(`/${'a'.repeat(MAX_TARGET - 1)}`)).toBeDefined();
    expect(target(`/${'a'.repeat(MAX_TARGET)}`)).toBeUndefined();
    expect(target(`/?${'a'.repeat(MAX_TARGET - 1)}`)).toBeUndefined();
  });

  it('changes nothing when it is applied to what it gave', () => {
    fc.assert(
      fc.property(attack, (text) => {
        const once = canonicalTarget(text);
        if (!once.ok) return;
        expect(canonicalTarget(once.value.target)).toEqual(once);
      }),
      { numRuns: 500 },
    );
  });

  it('gives no path that two readers could read differently', () => {
    fc.assert(
      fc.property(attack, (text) => {
        const result = canonicalTarget(text);
        if (!result.ok) return;
        const { path, query, target: whole } = result.value;
        expect(path).toMatch(/^\//);
        // However often an upstream decodes it, and whether or not it resolves dots: it stays in the same place.
        const decoded = decodeURIComponent(path);
        expect(decoded).not.toMatch(/[\\;%\p{Cc}]|\/\//u);
        expect(decoded.split('/')).toHaveLength(path.split('/').length);
        expect(new URL(whole, 'http://h').pathname.split('/')).toHaveLength(path.split('/').length);
        expect(whole).toBe(query === '' && !whole.endsWith('?') ? path : `${path}?${query}`);
        expect(new URLSearchParams(query).has('pomerium_session')).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('gives one form for everything that is equivalent', () => {
    const character = fc.constantFrom(...Array.from('abzAZ09-_~'));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(character, fc.boolean(), fc.boolean()), { minLength: 1 }),
        (characters) => {
          const text = characters.map(([one, isEncoded, isUpper]) => {
            const hex = one.charCodeAt(0).toString(16);
            return isEncoded ? `%${isUpper ? hex.toUpperCase() : hex}` : one;
          });
          expect(target(`/${text.join('')}`)).toBe(`/${characters.map(([one]) => one).join('')}`);
        },
      ),
    );
  });

  it('reads well-formed UTF-8 as the platform does, and no other bytes', () => {
    const byte = fc.oneof(
      fc.integer({ min: 0x80, max: 0xff }),
      fc.constantFrom(0xc3, 0xa9, 0xe2, 0x82, 0xac),
    );
    fc.assert(
      fc.property(fc.array(byte, { minLength: 1, maxLength: 5 }), (list) => {
        const text = list.map((one) => `%${one.toString(16)}`).join('');
        let decoded: string | undefined;
        try {
          decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(list));
        } catch {
          decoded = undefined;
        }
        const isClean = decoded !== undefined && !/\p{Cc}/u.test(decoded);
        expect(canonicalTarget(`/${text}`).ok).toBe(isClean);
      }),
      { numRuns: 500 },
    );
  });
});
