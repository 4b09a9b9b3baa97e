import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBoundedObject } from './bounded-json.ts';

const BOUNDS = { depth: 4, members: 6 };
const parse = (text: string) => parseBoundedObject(Buffer.from(text), BOUNDS);

describe('JSON from a stranger', () => {
  it('gives what JSON.parse gives for every object within the bounds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 })), (document) => {
        const text = JSON.stringify(document);
        const parsed = parseBoundedObject(Buffer.from(text), { depth: 8, members: 10_000 });
        expect(JSON.stringify(parsed)).toBe(text);
      }),
    );
  });

  it.each(['[]', '"a"', '1', 'null', '', '{', '{"a":1}}', '{"a":1} x', '\ufeff{}'])('refuses %s', (text) => {
    expect(parse(text)).toBeUndefined();
  });

  it('refuses a member named twice, at any depth and in any spelling', () => {
    expect(parse('{"sub":"a","sub":"b"}')).toBeUndefined();
    expect(parse('{"sub":"a","s\\u0075b":"b"}')).toBeUndefined();
    expect(parse('{"a":[{"b":1,"b":1}]}')).toBeUndefined();
    expect(parse('{"__proto__":1,"__proto__":2}')).toBeUndefined();
  });

  it('does not take brackets, colons and quotes inside strings for structure', () => {
    const document = { 'a":"b': '{"c":[[[[[[[', 'd\\': ':::::::::' };
    expect(parse(JSON.stringify(document))).toEqual(document);
  });

  it('takes the deepest document it allows and refuses one level more', () => {
    expect(parse('{"a":[[{}]]}')).toBeDefined();
    expect(parse('{"a":[[[{}]]]}')).toBeUndefined();
  });

  it('takes as many members as it allows, counted over all objects, and refuses one more', () => {
    expect(parse('{"a":{"b":1,"c":2},"d":[{"e":3},{"f":4}]}')).toBeDefined();
    expect(parse('{"a":{"b":1,"c":2},"d":[{"e":3},{"f":4,"g":5}]}')).toBeUndefined();
  });

  it('survives a million brackets', () => {
    expect(parse(`{"a":${'['.repeat(1_000_000)}`)).toBeUndefined();
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(
      parseBoundedObject(Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]), BOUNDS),
    ).toBeUndefined();
    expect(parseBoundedObject(Buffer.from('{"a":"\u00e9"}', 'latin1'), BOUNDS)).toBeUndefined();
  });

  it('refuses a lone surrogate in a value or a name, which storage would turn into another text', () => {
    expect(parse('{"a":"\\ud800"}')).toBeUndefined();
    expect(parse('{"\\udc00":1}')).toBeUndefined();
    expect(parse('{"a":"\\ud83d\\ude00"}')).toEqual({ a: '\u{1f600}' });
  });

  it('refuses a number that overflows to infinity', () => {
    expect(parse('{"exp":1e999}')).toBeUndefined();
    expect(parse('{"exp":[-1e999]}')).toBeUndefined();
  });
});
