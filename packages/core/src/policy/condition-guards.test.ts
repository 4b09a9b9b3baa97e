import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Claims, Json } from '../claims.ts';
import type { Outcome } from '../decision.ts';
import { celConditions, MAX_SOURCE } from './condition.ts';

/** What keeps a hostile condition, or hostile claims, from costing others anything. Work is counted, never timed. */

function outcome(source: string, claims: Claims = {}): Outcome {
  const compiled = celConditions(source);
  if (!compiled.ok) throw new Error(compiled.error);
  return compiled.value({ claims, request: { token_type: 'team', target: 'platform' } });
}

function problem(source: string): string | undefined {
  const compiled = celConditions(source);
  return compiled.ok ? undefined : compiled.error;
}

const numbers = (count: number): Json[] => Array.from({ length: count }, (_, index) => index);

describe('the source', () => {
  it('has at most 2,048 characters', () => {
    const padded = (length: number): string => `true${' '.repeat(length - 4)}`;
    expect(problem(padded(MAX_SOURCE))).toBeUndefined();
    expect(problem(padded(MAX_SOURCE + 1))).toContain('at most 2048 characters');
  });

  // The tree of a ternary or a selection is one deeper than its text: the innermost operand.
  it.each<[string, number, (levels: number) => string]>([
    ['brackets', 32, (levels) => `${'('.repeat(levels)}true${')'.repeat(levels)}`],
    ['unary operators', 32, (levels) => `${'!'.repeat(levels)}true`],
    ['ternaries', 31, (levels) => `${'true?true:'.repeat(levels)}true`],
    ['selections', 31, (levels) => `claims${'.a'.repeat(levels)}`],
  ])('nests to a bound and no more: %s, %d levels', (_name, most, source) => {
    expect(problem(source(most))).toBeUndefined();
    expect(problem(source(most + 1))).toBe('a condition nests at most 32 levels deep');
  });

  it('is refused for its nesting before it is parsed, whatever it is otherwise', () => {
    expect(problem('('.repeat(2_000))).toBe('a condition nests at most 32 levels deep');
    expect(problem(`// "\n${'['.repeat(33)}`)).toBe('a condition nests at most 32 levels deep');
  });

  it('nests 32 levels and no more in its tree, where no bracket shows it', () => {
    const sum = (terms: number): string => `${'1 + '.repeat(terms - 1)}1 == 1`;
    expect(problem(sum(31))).toBeUndefined();
    expect(problem(sum(32))).toBe('a condition nests at most 32 levels deep');
    // Alternatives are no nesting, however many.
    expect(problem(Array.from({ length: 100 }, () => 'claims.a == 1').join(' || '))).toBeUndefined();
  });

  it.each([
    'claims.a.exists(x, claims.b.exists(y, y == x))',
    'claims.a.exists(x, x.all(y, true))',
    'claims.a.map(x, x.b).filter(y, y == 1).size() == 0',
    'claims.a.filter(x, x in claims.b.map(y, y)).size() == 0',
    '[claims.a.exists(x, true)].exists(y, y)',
  ])('walks one list at a time: %s', (source) => {
    expect(problem(source)).toBe('all, exists, exists_one, map and filter do not nest');
  });

  it('may walk lists one after the other', () => {
    expect(outcome('claims.a.exists(x, x == 1) && claims.a.all(x, x > 0)', { a: [1] })).toBe(true);
  });

  it('is told from its tree, not from its text: a text may say what it likes', () => {
    expect(outcome('claims.a.exists(x, x == ".all(y, z.exists(")', { a: ['.all(y, z.exists('] })).toBe(true);
    expect(outcome('claims.all == claims.exists', { all: 1, exists: 1 })).toBe(true);
  });

  it.each([
    ['claim.sub == "a"', 'unknown variable "claim" (did you mean "claims"?)'],
    ['sub == "a"', 'unknown variable "sub"; there are claims, principal, request'],
    ['claims.a.exists(x, y == 1)', 'unknown variable "y"'],
    ['claims.a.exists(x, true) && x', 'unknown variable "x"'],
    ['claims.a.exists(claims, claims == 1)', 'the name "claims" is taken'],
    ['x.exists(x, x == 1)', 'unknown variable "x"'],
    ['string == int', 'unknown variable "string"'],
    ['google.protobuf.NullValue.NULL_VALUE == null', 'unknown variable "google"'],
  ])('reads declared variables only: %s', (source, message) => {
    expect(problem(source)).toContain(message);
  });

  it.each([
    ['claims.sub.startWith("a")', 'there is no function "startWith" (did you mean "startsWith"?)'],
    ['claims.sub.matches("(a+)+$")', 'there is no function "matches"'],
    ['timestamp(claims.exp) > timestamp(0)', 'there is no function "timestamp"'],
    ['type(claims.a) == type(1)', 'there is no function "type"'],
    ['dyn(claims.a) == 1', 'there is no function "dyn"'],
    ['each([1], 2) == [1]', 'there is no function "each"'],
    ['has(claims)', '"has" takes a selection'],
    ['claims.a.all(true)', '"all" is called on a list'],
    ['claims.a == b"a"', 'bytes and unsigned numbers'],
    ['claims.a == 1u', 'bytes and unsigned numbers'],
    ['google.protobuf.Int32Value{value: 1} == 1', 'no types of messages'],
    ['claims.a =', 'not an expression of CEL: at 1:10: found ='],
    ['', 'not an expression of CEL'],
  ])('is refused: %s', (source, message) => {
    expect(problem(source)).toContain(message);
  });

  it('is compiled or refused, and never breaks anything', () => {
    const words = [
      'claims',
      'claims.a',
      'x',
      '"t"',
      '1',
      '2.5',
      'null',
      'true',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
    ].concat(
      [
        '.exists(x,',
        '.map(x,',
        '.size()',
        'has(',
        '?',
        ':',
        ',',
        '&&',
        '||',
        '!',
        '-',
        '+',
        '==',
        '<',
        ' in ',
        '.a',
      ],
      ['.all(', 'size(', 'u', 'r"', "'", '//', '\n', '@', '`', '\\'],
    );
    const source = fc.array(fc.constantFrom(...words), { maxLength: 14 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(source, (text) => {
        const compiled = celConditions(text);
        if (!compiled.ok) return;
        const answer = compiled.value({ claims: { a: [1, 'x', null] }, request: {} });
        expect([true, false, 'error']).toContain(answer);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the work of an evaluation', () => {
  it('is bounded: a walk is paid for before it begins, by what a round of it looks at', () => {
    // Five nodes of a round: the accumulator, `||`, `==` and its two sides; three more to see whether to go on.
    const source = 'claims.l.exists(x, x == -1)';
    expect(outcome(source, { l: numbers(1_000) })).toBe(false);
    expect(outcome(source, { l: numbers(3_000) })).toBe('error');
    expect(outcome('claims.l.all(x, true) || true', { l: numbers(10_000) })).toBe('error');
  });

  it('is bounded where a list is looked for in another', () => {
    const source = 'claims.l.exists(x, x in claims.m)';
    const apart = numbers(200).map(String);
    expect(outcome(source, { l: numbers(50), m: apart })).toBe(false);
    expect(outcome(source, { l: numbers(200), m: apart })).toBe('error');
  });

  it('grows with the claims and not with their square, or ends', () => {
    const ask = (source: string, size: number): Outcome =>
      outcome(source, {
        l: numbers(size),
        m: numbers(size),
        o: { a: numbers(size) },
        p: { a: numbers(size) },
      });
    for (const [one, other] of [
      ['claims.l', 'claims.m'],
      ['claims.o', 'claims.p'],
    ]) {
      expect([4_000, 8_000, 16_000].map((size) => ask(`${one} == ${other}`, size))).toEqual([
        true,
        true,
        true,
      ]);
      const pairs = [50, 100, 200].map((size) => ask(`claims.l.all(x, ${one} == ${other})`, size));
      expect(pairs).toEqual([true, true, 'error']);
    }
  });

  it('is bounded where texts grow', () => {
    const text = 'x'.repeat(8_192);
    expect(outcome('size(claims.t + claims.t) == 16384', { t: text })).toBe(true);
    expect(outcome('size(claims.t + claims.t + "x") > 0', { t: text })).toBe('error');
  });

  it('is bounded where lists grow', () => {
    expect(outcome('claims.l.map(x, x + 1).size() == 500', { l: numbers(500) })).toBe(true);
    expect(outcome('claims.l.map(x, x + 1).size() == 900', { l: numbers(900) })).toBe('error');
  });

  it('is bounded where a text is looked for in another', () => {
    const hay = 'a'.repeat(16_000);
    expect(outcome('claims.s.contains(claims.p)', { s: hay, p: 'a'.repeat(100) })).toBe(true);
    expect(outcome('claims.s.contains(claims.p)', { s: hay, p: `b${'a'.repeat(7_999)}` })).toBe('error');
  });

  it('counts anew for every evaluation', () => {
    const compiled = celConditions('claims.l.exists(x, x == -1)');
    if (!compiled.ok) throw new Error(compiled.error);
    const ask = (size: number): Outcome => compiled.value({ claims: { l: numbers(size) }, request: {} });
    expect([ask(2_000), ask(3_000), ask(2_000), ask(2_000)]).toEqual([false, 'error', false, false]);
  });

  it('has no answer once it was too much, even where something else would have given one', () => {
    expect(outcome('claims.l.exists(x, x == -1) || claims.a', { a: true, l: numbers(5_000) })).toBe('error');
  });
});
