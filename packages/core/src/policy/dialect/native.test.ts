import { describe, expect, it } from 'vitest';
import type { Json } from '../../claims.ts';
import { parseMatch } from './native.ts';

function matchers(match: Readonly<Record<string, Json>>): readonly unknown[] {
  const parsed = parseMatch(match, ['match']);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value.map((test) => (test.op === 'test' ? [test.subject.path, test.matcher] : test));
}

function problems(match: Readonly<Record<string, Json>>): readonly (readonly [string, string])[] {
  const parsed = parseMatch(match, ['match']);
  return parsed.ok ? [] : parsed.error.map((problem) => [problem.path.join('/'), problem.message] as const);
}

function nestedNot(levels: number): Json {
  let document: Json = { present: true };
  for (let level = 1; level < levels; level += 1) document = { not: document };
  return document;
}

describe('parseMatch', () => {
  it('reads every matcher', () => {
    const match = {
      a: { equals: 5 },
      b: { one_of: ['x', null, true] },
      c: { prefix: 'p' },
      d: { suffix: 's' },
      e: { glob: 'a/*' },
      f: { cidr: '10.0.0.0/8' },
      g: { cidr: ['10.0.0.0/8', '::1'] },
      h: { present: false },
      i: { not: { equals: 'x' } },
    };
    expect(matchers(match)).toEqual([
      [['a'], { kind: 'equals', value: 5 }],
      [['b'], { kind: 'one_of', values: ['x', null, true] }],
      [['c'], { kind: 'prefix', value: 'p' }],
      [['d'], { kind: 'suffix', value: 's' }],
      [['e'], { kind: 'glob', pattern: 'a/*' }],
      [['f'], { kind: 'cidr', ranges: ['10.0.0.0/8'] }],
      [['g'], { kind: 'cidr', ranges: ['10.0.0.0/8', '::1'] }],
      [['h'], { kind: 'present', value: false }],
      [['i'], { kind: 'not', of: { kind: 'equals', value: 'x' } }],
    ]);
  });

  it('joins several matchers on one claim: all have to hold', () => {
    expect(matchers({ '"a.b".c': { prefix: 'p', not: { equals: 'px' } } })).toEqual([
      [
        ['a.b', 'c'],
        {
          kind: 'all',
          of: [
            { kind: 'prefix', value: 'p' },
            { kind: 'not', of: { kind: 'equals', value: 'px' } },
          ],
        },
      ],
    ]);
  });

  it('reports all problems together, each at its place', () => {
    const match = {
      'a.': { equals: {} },
      b: 'x',
      c: {},
      d: { regex: 'x', glob: '\\d' },
      e: { equal: 'x' },
      f: { not: { prefix: 5 } },
      g: { one_of: [] },
    };
    expect(problems(match)).toEqual([
      ['match/a./equals', 'expected a scalar, got an object'],
      ['match/a.', expect.stringContaining('is not a claim path')],
      ['match/b', 'expected an object such as { equals: … }, got a string'],
      ['match/c', expect.stringContaining('expected one or more of equals, one_of')],
      ['match/d/regex', 'unknown matcher "regex"'],
      ['match/d/glob', expect.stringContaining('escapes only')],
      ['match/e/equal', 'unknown matcher "equal" (did you mean "equals"?)'],
      ['match/f/not/prefix', 'expected a string, got a number'],
      ['match/g/one_of', 'expected 1 to 1000 values'],
    ]);
  });

  it.each<Json>([
    { one_of: 'x' },
    { one_of: [['x']] },
    { suffix: null },
    { glob: ['x'] },
    { cidr: 5 },
    { cidr: [5] },
    { cidr: '10.0.0.0/40' },
    { present: 'true' },
    { not: 'x' },
    { not: {} },
    { constructor: 'x' },
  ])('refuses %j', (document) => {
    expect(problems({ sub: document })).toHaveLength(1);
  });

  it('refuses names that objects inherit, which are no matchers', () => {
    expect(problems({ sub: JSON.parse('{"__proto__":{"equals":"x"}}') as Json })).toEqual([
      ['match/sub/__proto__', 'unknown matcher "__proto__"'],
    ]);
  });

  it('refuses a claim that is named twice, however it is spelled', () => {
    expect(problems({ 'a.b': { equals: 1 }, '"a".b': { equals: 2 }, '"a.b"': { equals: 3 } })).toEqual([
      ['match', 'the claim a.b is named twice'],
    ]);
  });

  it('takes 32 levels of not and no more', () => {
    expect(problems({ sub: nestedNot(32) })).toEqual([]);
    expect(problems({ sub: nestedNot(33) })).toHaveLength(1);
    expect(problems({ sub: nestedNot(3_000) })).toHaveLength(1);
  });

  it('takes 100 claims and paths of 1,024 characters, and no more', () => {
    const claims = (count: number): Record<string, Json> =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, { present: true }]));
    expect(problems(claims(100))).toEqual([]);
    expect(problems(claims(101))).toHaveLength(1);
    expect(problems({ ['x'.repeat(1_024)]: { present: true } })).toEqual([]);
    expect(problems({ ['x'.repeat(1_025)]: { present: true } })).toHaveLength(1);
  });
});
