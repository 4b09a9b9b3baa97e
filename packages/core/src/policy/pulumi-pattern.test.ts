import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { run } from './pattern-machine.ts';
import { compilePulumiPattern, pulumiSteps } from './pulumi-pattern.ts';

function matches(pattern: string, text: string): boolean {
  const compiled = compilePulumiPattern(pattern);
  if (!compiled.ok) throw new Error(compiled.error);
  return compiled.value(text);
}

/** The definition, by trying everything: exponential, and too simple to be wrong. */
function naive([head, ...pattern]: readonly string[], text: readonly string[]): boolean {
  const [first, ...rest] = text;
  if (head === undefined) return first === undefined;
  if (head === '*') return naive(pattern, text) || (first !== undefined && naive([head, ...pattern], rest));
  if (head === '?') return naive(pattern, text) || (first !== undefined && naive(pattern, rest));
  return first !== undefined && (head === '.' || head === first) && naive(pattern, rest);
}

function work(pattern: string, text: string): number {
  const steps = pulumiSteps(pattern);
  return steps.ok ? run(steps.value, text).work : NaN;
}

describe('a Pulumi pattern', () => {
  it.each([
    ['repo:acme/*', 'repo:acme/app:ref:refs/heads/main', true],
    ['repo:acme/*', 'repo:acme/', true],
    ['repo:acme/*', 'xrepo:acme/app', false],
    ['repo:acme', 'repo:acme/app', false],
    ['a.c', 'abc', true],
    ['a.c', 'ac', false],
    ['a?c', 'ac', true],
    ['a?c', 'abc', true],
    ['a?c', 'abbc', false],
    ['ab?', 'a', false],
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['\\*', '\\anything', true],
    ['[a]+', '[a]+', true],
    ['a*', 'a\nb', true],
    ['.', '😀', true],
    ['..', '😀', false],
  ])('%j against %j: %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it('agrees with the naive definition', () => {
    const pattern = fc.array(fc.constantFrom('a', 'b', '*', '?', '.', '😀'), { maxLength: 8 });
    const text = fc.array(fc.constantFrom('a', 'b', '😀'), { maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (one, other) => {
        const steps = pulumiSteps(one.join(''));
        expect(matches(one.join(''), other.join(''))).toBe(naive(one, other));
        expect(steps.ok && run(steps.value, other.join('')).matched).toBe(naive(one, other));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['stars', '*a'.repeat(100) + 'b'],
    ['question marks', '?'.repeat(500) + 'b'],
    ['both', '*?a'.repeat(100) + 'b'],
  ])('does work in proportion to a hostile text (%s)', (_, pattern) => {
    const text = 'a'.repeat(1_000);
    const once = work(pattern, text);
    expect(work(pattern, text + text)).toBeLessThanOrEqual(2.1 * once);
    expect(once).toBeLessThanOrEqual((pattern.length + 1) * (text.length + 1));
  });

  it('never exceeds (pattern + 1) × (text + 1) units of work', () => {
    const pattern = fc.stringMatching(/^[ab*?.]{0,30}$/);
    const text = fc.stringMatching(/^[ab]{0,60}$/);
    fc.assert(
      fc.property(pattern, text, (one, other) => {
        expect(work(one, other)).toBeLessThanOrEqual((one.length + 1) * (other.length + 1));
      }),
    );
  });

  it('has at most 1,024 characters', () => {
    expect(compilePulumiPattern('😀'.repeat(1_024)).ok).toBe(true);
    expect(compilePulumiPattern('a'.repeat(1_025)).ok).toBe(false);
  });
});
