import { ok } from '@countersign/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_TEXT, readDocument } from './document.ts';
import { MAX_DEPTH, MAX_VALUES } from './read-nodes.ts';

const read = (text: string) => readDocument(text, ok);
const messages = (text: string) => read(text).problems.map(({ message }) => message);

describe('a configuration text', () => {
  it('reads every JSON document as what it is', () => {
    const key = fc.string().filter((text) => text !== '__proto__' && !text.includes('${'));
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('tree')), fc.dictionary(key, tie('tree'))),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, tree), (document) => {
        const { value, problems } = read(JSON.stringify(document));
        expect(problems).toEqual([]);
        expect(JSON.stringify(value)).toBe(JSON.stringify(document));
      }),
    );
  });

  it('says where values and keys stand', () => {
    const { placeOf } = read('a:\n  - b: 1\n    c: 2\n');
    expect(placeOf(['a', 0, 'c'])).toEqual({ line: 3, column: 8 });
    expect(placeOf(['a', 0, 'c'], 'key')).toEqual({ line: 3, column: 5 });
  });

  it('says where the nearest thing above stands when there is nothing at a path', () => {
    const { placeOf } = read('a:\n  - b: 1\n');
    expect(placeOf(['a', 0, 'missing', 'deep'])).toEqual({ line: 2, column: 5 });
    expect(placeOf(['a', 0, 'missing'], 'key')).toEqual({ line: 2, column: 5 });
  });

  it('finds the value of an alias where the alias leads', () => {
    const { value, placeOf } = read('a: &x { b: 1 }\nc: *x\n');
    expect(value).toEqual({ a: { b: 1 }, c: { b: 1 } });
    expect(placeOf(['c', 'b'])).toEqual({ line: 1, column: 12 });
    expect(placeOf(['c'])).toEqual({ line: 2, column: 4 });
  });
});

describe('aliases', () => {
  it('mean the nearest anchor before them', () => {
    expect(read('a: &x 1\nb: *x\nc: &x 2\nd: *x\n').value).toEqual({ a: 1, b: 1, c: 2, d: 2 });
  });

  it('do not bring back what they hold', () => {
    const text = 'a: &a { x: &x 1 }\nb: &x 2\nc: *a\nd: *x\n';
    expect(read(text).value).toEqual({ a: { x: 1 }, b: 2, c: { x: 1 }, d: 2 });
  });

  it('may be many', () => {
    const text = `a: &x 1\nb: [${'*x,'.repeat(40_000)}]`;
    const many = read(text).value as { readonly b: readonly number[] };
    expect(many.b).toHaveLength(40_000);
  });
});

describe('what YAML could mean besides', () => {
  it.each([
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', 'expected each key once', 3, 1],
    [
      'a key that would vanish',
      'a: { __proto__: 1 }',
      'expected every key to be text without variables',
      1,
      6,
    ],
    ['a number as key', 'a:\n  1: x', 'expected every key to be text without variables', 2, 3],
    ['a list as key', '? [a]\n: b', 'expected every key to be text without variables', 1, 3],
    ['a variable in a key', '"${A}": b', 'expected every key to be text without variables', 1, 1],
    ['a tag that JSON cannot hold', 'a: !!set { b }', 'tags are not used here', 1, 10],
    ['a tag that changes a type', 'a: !!str 1', 'tags are not used here', 1, 10],
    ['a tag on a list', 'a: !!seq [1]', 'tags are not used here', 1, 10],
    ['an unknown tag', 'a: !secret x', 'tags are not used here', 1, 4],
    [
      'an id that lost digits',
      'id: 12345678901234567890',
      'this number cannot be kept exactly: put it in quotes',
      1,
      5,
    ],
    ['an infinite number', 'a: .inf', 'this number cannot be kept exactly: put it in quotes', 1, 4],
    ['a number that is none', 'a: .nan', 'this number cannot be kept exactly: put it in quotes', 1, 4],
    ['an alias of nothing', 'a: *b', 'expected an anchor before its alias', 1, 4],
    ['a second document', 'a: 1\n---\nb: 2', 'expected one document; a second "---" begins here', 2, 1],
    ['YAML 1.1, where no is false', '%YAML 1.1\n---\na: no', 'expected YAML 1.2', 1, 1],
    ['an indentation by tab', 'a:\n\tb: 1', 'expected spaces: YAML takes no tabs for indentation', 2, 1],
  ])('refuses %s', (_, text, message, line, column) => {
    const problem = read(text).problems.find((each) => each.message === message);
    expect(problem?.place).toEqual({ line, column });
  });

  it('keeps the largest whole number that it can keep', () => {
    expect(read(`a: ${Number.MAX_SAFE_INTEGER}`)).toMatchObject({
      value: { a: Number.MAX_SAFE_INTEGER },
      problems: [],
    });
    expect(messages(`a: ${Number.MAX_SAFE_INTEGER + 1}`)).toHaveLength(1);
  });

  it('reads 012 and yes as the number and the text that they look like', () => {
    expect(read('a: 012\nb: yes\nc: no').value).toEqual({ a: 12, b: 'yes', c: 'no' });
  });
});

describe('the bounds of a text', () => {
  it('takes a text of the greatest length and none that is longer', () => {
    const longest = `a: ${'x'.repeat(MAX_TEXT - 3)}`;
    expect(messages(longest)).toEqual([]);
    expect(messages(`${longest}x`)).toEqual([`expected at most ${MAX_TEXT} characters`]);
  });

  it('counts what aliases multiply into', () => {
    // The document, its mapping entries, and 98 aliases of a list of 5,000 values.
    const list = `a: &a [${'0,'.repeat(4_999)}0]\n`;
    const rest = MAX_VALUES - 1 - 5_001 - 1 - 98 * 5_001;
    const exact = `${list}b: [${'*a,'.repeat(98)}${'0,'.repeat(rest)}]\n`;
    expect(messages(exact)).toEqual([]);
    expect(messages(exact.replace('b: [', 'b: [0,'))).toEqual([
      `expected at most ${MAX_VALUES} values in all`,
    ]);
  });

  it('nests to the greatest depth and no deeper', () => {
    const nested = (levels: number) => `a: ${'['.repeat(levels)}1${']'.repeat(levels)}`;
    expect(messages(nested(MAX_DEPTH - 1))).toEqual([]);
    expect(messages(nested(MAX_DEPTH))).toEqual([`expected at most ${MAX_DEPTH} levels`]);
  });

  it('ends at an alias that holds itself', () => {
    expect(messages('a: &a [*a]')).toEqual([`expected at most ${MAX_DEPTH} levels`]);
  });

  it('survives text that is nothing but brackets', () => {
    expect(read('['.repeat(100_000)).value).toBeUndefined();
  });

  it('reports the first faults of a text that is no YAML', () => {
    expect(read(']\n'.repeat(1000)).problems.length).toBeLessThanOrEqual(20);
  });
});
