import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isObject, parseClaimPath, printClaimPath, readPath, type Json } from './claims.ts';

function path(text: string): readonly string[] {
  const parsed = parseClaimPath(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

describe('parseClaimPath', () => {
  it('splits at dots', () => {
    expect(path('sub')).toEqual(['sub']);
    expect(path('kubernetes.namespace')).toEqual(['kubernetes', 'namespace']);
  });

  it('keeps dots and slashes of a quoted key', () => {
    expect(path('"kubernetes.io".pod.name')).toEqual(['kubernetes.io', 'pod', 'name']);
    expect(path('a."b.c"."https://x.example/d"')).toEqual(['a', 'b.c', 'https://x.example/d']);
  });

  it('reads escaped quotes and backslashes in quoted keys', () => {
    expect(path('"a\\"b\\\\c"')).toEqual(['a"b\\c']);
  });

  it.each(['', '.', 'a.', '.a', 'a..b', '"a', '"a"b', 'a"b"', '""', '"a\\', '"a\\"', '"a\\n"'])(
    'refuses %j and says where it stopped',
    (text) => {
      expect(parseClaimPath(text)).toEqual({ ok: false, error: expect.stringMatching(/at character \d+$/) });
    },
  );

  it('reads back whatever printClaimPath writes', () => {
    const key = fc.oneof(fc.string({ minLength: 1 }), fc.stringMatching(/^[."\\a]{1,6}$/));
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 5 }), (keys) => {
        expect(path(printClaimPath(keys))).toEqual(keys);
      }),
    );
  });

  it('gives a path for every text or an error, and never throws', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a."\\/]{0,12}$/), (text) => {
        const parsed = parseClaimPath(text);
        const again = parsed.ok ? parseClaimPath(printClaimPath(parsed.value)) : parsed;
        expect(again).toEqual(parsed);
        expect(parsed.ok || parsed.error.includes('is not a claim path')).toBe(true);
      }),
    );
  });
});

describe('readPath', () => {
  const claims: Json = { sub: 'x', a: { b: { c: 1 } }, list: [{ name: 'first' }], nothing: null };

  it('walks objects', () => {
    expect(readPath(claims, ['a', 'b', 'c'])).toBe(1);
    expect(readPath(claims, ['nothing'])).toBeNull();
  });

  it('is undefined when a step is absent or leads through something that is no object', () => {
    expect(readPath(claims, ['a', 'x', 'c'])).toBeUndefined();
    expect(readPath(claims, ['sub', 'length'])).toBeUndefined();
    expect(readPath(claims, ['list', '0'])).toBeUndefined();
    expect(readPath(claims, ['nothing', 'x'])).toBeUndefined();
    expect(readPath(undefined, ['a'])).toBeUndefined();
  });

  it('never reaches the prototype', () => {
    const inherited = Object.getOwnPropertyNames(Object.prototype);
    const step = fc.constantFrom(...inherited, 'a', 'b');
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), (steps) => {
        fc.pre(steps.some((one) => inherited.includes(one)));
        expect(readPath({ a: { b: 'x' } }, steps)).toBeUndefined();
      }),
      { examples: inherited.map((one) => [[one]]) },
    );
  });

  it('finds what the token itself holds under an inherited name', () => {
    const token = JSON.parse('{"__proto__":{"role":"admin"},"constructor":"c"}') as Json;
    expect(readPath(token, ['__proto__', 'role'])).toBe('admin');
    expect(readPath(token, ['constructor'])).toBe('c');
    expect(readPath(token, ['role'])).toBeUndefined();
  });
});

describe('isObject', () => {
  it('takes JSON objects and nothing else', () => {
    expect([{}, { a: 1 }].map(isObject)).toEqual([true, true]);
    expect([null, [], 'x', 1, true, undefined].map(isObject)).not.toContain(true);
  });
});
