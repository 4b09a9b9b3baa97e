import { describe, expect, it } from 'vitest';
import type { Json } from '../claims.ts';
import type { Outcome } from '../decision.ts';
import { compileMatcher } from './matcher.ts';
import type { Matcher } from './model.ts';

function outcome(matcher: Matcher, value: Json | undefined): Outcome {
  const compiled = compileMatcher(matcher, []);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  return compiled.value.test(value);
}

function expected(matcher: Matcher): string {
  const compiled = compileMatcher(matcher, []);
  return compiled.ok ? compiled.value.expected : '';
}

function nested(kind: 'not' | 'element', levels: number): Matcher {
  let matcher: Matcher = { kind: 'present', value: true };
  for (let level = 1; level < levels; level += 1) matcher = { kind, of: matcher };
  return matcher;
}

const TEXT_MATCHERS: readonly Matcher[] = [
  { kind: 'prefix', value: 'a' },
  { kind: 'suffix', value: 'a' },
  { kind: 'contains', value: 'a' },
  { kind: 'glob', pattern: '**' },
  { kind: 'cidr', ranges: ['0.0.0.0/0'] },
];

const ALL_MATCHERS: readonly Matcher[] = [
  ...TEXT_MATCHERS,
  { kind: 'equals', value: 'a' },
  { kind: 'one_of', values: ['a', null] },
  { kind: 'present', value: true },
  { kind: 'element', of: { kind: 'equals', value: 'a' } },
  { kind: 'only_element', value: 'a' },
  { kind: 'pulumi', pattern: '*' },
  { kind: 'folded', of: { kind: 'equals', value: 'a' } },
];

describe('a matcher', () => {
  it.each<[string, Matcher, Json, Outcome]>([
    ['equals', { kind: 'equals', value: 'a' }, 'a', true],
    ['equals', { kind: 'equals', value: 'a' }, 'A', false],
    ['equals', { kind: 'equals', value: '5' }, 5, false],
    ['equals', { kind: 'equals', value: true }, 'true', false],
    ['equals', { kind: 'equals', value: null }, null, true],
    ['equals', { kind: 'equals', value: 'a' }, ['a'], false],
    ['one_of', { kind: 'one_of', values: ['a', 5] }, 5, true],
    ['one_of', { kind: 'one_of', values: ['a', 5] }, '5', false],
    ['prefix', { kind: 'prefix', value: 'ab' }, 'abc', true],
    ['prefix', { kind: 'prefix', value: 'ab' }, 'xab', false],
    ['suffix', { kind: 'suffix', value: 'bc' }, 'abc', true],
    ['suffix', { kind: 'suffix', value: 'bc' }, 'bcx', false],
    ['contains', { kind: 'contains', value: 'b' }, 'abc', true],
    ['contains', { kind: 'contains', value: 'x' }, 'abc', false],
    ['glob', { kind: 'glob', pattern: 'a/*' }, 'a/b', true],
    ['glob', { kind: 'glob', pattern: 'a/*' }, 'a/b/c', false],
    ['cidr', { kind: 'cidr', ranges: ['::1', '10.0.0.0/8'] }, '10.2.3.4', true],
    ['cidr', { kind: 'cidr', ranges: ['::1', '10.0.0.0/8'] }, '192.0.2.1', false],
    ['cidr', { kind: 'cidr', ranges: ['10.0.0.0/8'] }, 'not an address', 'error'],
    ['present', { kind: 'present', value: true }, null, true],
    ['present', { kind: 'present', value: false }, null, false],
    ['element', { kind: 'element', of: { kind: 'equals', value: 'a' } }, ['b', 'a'], true],
    ['element', { kind: 'element', of: { kind: 'equals', value: 'a' } }, 'a', false],
    ['element', { kind: 'element', of: { kind: 'prefix', value: 'a' } }, [1, 'a'], true],
    ['element', { kind: 'element', of: { kind: 'prefix', value: 'a' } }, [1, 'b'], 'error'],
    ['only_element', { kind: 'only_element', value: 'a' }, ['a'], true],
    ['only_element', { kind: 'only_element', value: 'a' }, ['a', 'a'], false],
    ['only_element', { kind: 'only_element', value: 'a' }, 'a', false],
    ['folded', { kind: 'folded', of: { kind: 'equals', value: 'ab' } }, 'aB', true],
    ['folded', { kind: 'folded', of: { kind: 'equals', value: 'k' } }, '\u212a', false],
    ['folded', { kind: 'folded', of: { kind: 'prefix', value: 'k' } }, 5, 'error'],
    ['not', { kind: 'not', of: { kind: 'equals', value: 'a' } }, 'b', true],
    ['not', { kind: 'not', of: { kind: 'prefix', value: 'a' } }, 5, 'error'],
  ])('%s: %j of %j is %s', (_, matcher, value, wanted) => {
    expect(outcome(matcher, value)).toBe(wanted);
  });

  it('combines with all and any as Kleene has it', () => {
    const a: Matcher = { kind: 'equals', value: 5 };
    const error: Matcher = { kind: 'prefix', value: 'a' };
    expect(outcome({ kind: 'all', of: [a, error] }, 5)).toBe('error');
    expect(outcome({ kind: 'all', of: [a, error] }, 6)).toBe(false);
    expect(outcome({ kind: 'any', of: [error, a] }, 5)).toBe(true);
    expect(outcome({ kind: 'any', of: [error, a] }, 6)).toBe('error');
  });

  it.each(ALL_MATCHERS)('finds nothing in a missing value, and its negation the opposite: %j', (matcher) => {
    expect(outcome(matcher, undefined)).toBe(false);
    expect(outcome({ kind: 'not', of: matcher }, undefined)).toBe(true);
  });

  it('takes a missing value for absent', () => {
    expect(outcome({ kind: 'present', value: false }, undefined)).toBe(true);
  });

  it.each(TEXT_MATCHERS)('cannot read a value that is no text: %j', (matcher) => {
    for (const value of [5, true, null, ['a'], { a: 'a' }]) expect(outcome(matcher, value)).toBe('error');
  });
});

describe('a Pulumi matcher', () => {
  const any: Matcher = { kind: 'pulumi', pattern: '*' };

  it('looks at each element of a list', () => {
    expect(outcome({ kind: 'pulumi', pattern: 'b*' }, ['a', 'bc'])).toBe(true);
    expect(outcome({ kind: 'pulumi', pattern: 'b*' }, ['a', 'cb'])).toBe(false);
    expect(outcome(any, [])).toBe(false);
  });

  it('compares numbers and booleans as JSON text', () => {
    expect(outcome({ kind: 'pulumi', pattern: '12?' }, 12)).toBe(true);
    expect(outcome({ kind: 'pulumi', pattern: 'true' }, true)).toBe(true);
    expect(outcome({ kind: 'pulumi', pattern: '1' }, [2, 1])).toBe(true);
  });

  it('finds nothing in objects, null and lists in lists', () => {
    for (const value of [{}, { a: 'a' }, null, [null], [{}], [['a']]])
      expect(outcome(any, value)).toBe(false);
  });
});

describe('compileMatcher', () => {
  it.each<Matcher>([
    { kind: 'prefix', value: '' },
    { kind: 'suffix', value: '' },
    { kind: 'contains', value: '' },
    { kind: 'glob', pattern: '' },
    { kind: 'one_of', values: [] },
    { kind: 'one_of', values: Array.from({ length: 1_001 }, (_, index) => index) },
    { kind: 'cidr', ranges: [] },
    { kind: 'cidr', ranges: ['10.0.0.0/33'] },
    { kind: 'cidr', ranges: Array.from({ length: 1_001 }, () => '::1') },
    { kind: 'all', of: [] },
    { kind: 'any', of: [] },
    { kind: 'equals', value: 'x'.repeat(1_025) },
    { kind: 'only_element', value: 'x'.repeat(1_025) },
    { kind: 'pulumi', pattern: 'x'.repeat(1_025) },
    { kind: 'not', of: { kind: 'glob', pattern: '\\d' } },
  ])('refuses a matcher that is empty, too large or misspelt', (matcher) => {
    const compiled = compileMatcher(matcher, ['match', 'sub']);
    expect(compiled).toMatchObject({ ok: false, error: [{ path: ['match', 'sub'] }] });
  });

  it('reports every fault of a list', () => {
    const compiled = compileMatcher({ kind: 'cidr', ranges: ['x', '10.0.0.0/8', 'y'] }, []);
    expect(compiled.ok ? [] : compiled.error.map((problem) => problem.message.slice(0, 3))).toEqual([
      '"x"',
      '"y"',
    ]);
  });

  it.each(['not', 'element'] as const)('takes 32 levels of %s and no more', (kind) => {
    expect(compileMatcher(nested(kind, 32), []).ok).toBe(true);
    expect(compileMatcher(nested(kind, 33), []).ok).toBe(false);
  });

  it('keeps its meaning when the document is changed afterwards', () => {
    const document = { kind: 'prefix' as const, value: 'a' };
    const compiled = compileMatcher(document, []);
    document.value = 'b';
    expect(compiled.ok && compiled.value.test('bx')).toBe(false);
  });

  it('says in words what it expects', () => {
    expect(ALL_MATCHERS.map(expected)).toEqual([
      'starts with "a"',
      'ends with "a"',
      'contains "a"',
      'matches the glob "**"',
      'is an address in 0.0.0.0/0',
      'equals "a"',
      'is one of "a", null',
      'is present',
      'has an element that equals "a"',
      'has "a" as its only element',
      'matches the pattern "*"',
      'equals "a", in capitals or not',
    ]);
    expect(expected({ kind: 'not', of: { kind: 'equals', value: 1 } })).toBe('not (equals 1)');
  });
});
