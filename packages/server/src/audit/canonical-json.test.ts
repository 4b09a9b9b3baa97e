import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

/** The same document with the members of every object in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]): [string, unknown] => [name, shuffled(member)])
      .toReversed(),
  );
}

describe('canonicalJson', () => {
  it('writes the same text whatever the order of members, and loses nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(shuffled(value))).toBe(text);
        // JSON has no -0: both sides go through it.
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('sorts by code unit, without white space, and leaves out what is undefined', () => {
    expect(canonicalJson({ b: [1, { z: null, a: 'é"' }], a: undefined, B: true, '': 0 })).toBe(
      '{"":0,"B":true,"b":[1,{"a":"é\\"","z":null}]}',
    );
  });

  it.each([
    ['a Map', new Map([['a', 1]])],
    ['a Date', new Date(0)],
    ['NaN', Number.NaN],
    ['infinity', { a: -Infinity }],
    ['undefined in a list', [undefined]],
    ['a function', { a: () => 1 }],
    ['a bigint', 1n],
  ])('refuses %s, which would have the text of something else', (_case, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});
