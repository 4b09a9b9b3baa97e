import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob, globSteps } from './glob.ts';
import { run } from './pattern-machine.ts';

function matches(pattern: string, text: string): boolean {
  const compiled = compileGlob(pattern);
  if (!compiled.ok) throw new Error(compiled.error);
  return compiled.value(text);
}

/**
 * The definition, read off the characters by trying everything: exponential, and too simple to be wrong. It shares
 * nothing with what is tested, not even the reading of the pattern. `undefined`: no glob.
 */
function naive(pattern: string, text: string): boolean | undefined {
  if (!/^(?:[^\\]|\\[*\\])+$/s.test(pattern)) return undefined;
  return naiveMatch(pattern, text);
}

function naiveMatch(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const [first = ''] = text;
  if (pattern.startsWith('**'))
    return naiveMatch(pattern.slice(2), text) || (first !== '' && naiveMatch(pattern, text.slice(1)));
  if (pattern.startsWith('*'))
    return naiveMatch(pattern.slice(1), text) || (/[^/:]/.test(first) && naiveMatch(pattern, text.slice(1)));
  const literal = pattern.startsWith('\\') ? pattern[1] : pattern[0];
  return first === literal && naiveMatch(pattern.slice(pattern.startsWith('\\') ? 2 : 1), text.slice(1));
}

describe('a glob', () => {
  it.each([
    ['repo:acme/*:ref:refs/heads/main', 'repo:acme/app:ref:refs/heads/main', true],
    ['repo:acme/*:ref:refs/heads/main', 'repo:acme/app/x:ref:refs/heads/main', false],
    ['repo:acme/*', 'repo:acme/app:pull_request', false],
    ['repo:acme/**', 'repo:acme/app:pull_request', true],
    ['a/*/c', 'a//c', true],
    ['a.c', 'abc', false],
    ['a?c', 'abc', false],
    ['a?c', 'a?c', true],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['\\\\', '\\', true],
    ['a', 'ab', false],
    ['ab', 'a', false],
    ['a*b', 'a', false],
    ['a', 'ba', false],
    ['***', 'a/b', true],
    ['*', 'é😀', true],
  ])('%j against %j: %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it.each(['', '\\', 'a\\', '\\d', 'a\\/b'])('refuses %j', (pattern) => {
    expect(compileGlob(pattern).ok).toBe(false);
  });

  it('agrees with the naive definition', () => {
    const written = (most: number) =>
      fc
        .array(fc.constantFrom('a', 'b', '/', ':', '*', '*', '\\'), { maxLength: most })
        .map((parts) => parts.join(''));
    fc.assert(
      fc.property(written(7), written(8), (pattern, text) => {
        const compiled = compileGlob(pattern);
        expect(compiled.ok ? compiled.value(text) : undefined).toBe(naive(pattern, text));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['runs across', '**a'.repeat(100) + 'b'],
    ['runs within', '*a'.repeat(100) + 'b'],
    ['both', '***a*'.repeat(100) + '\\*'],
  ])('does work in proportion to a hostile text (%s)', (_name, pattern) => {
    const steps = globSteps(pattern);
    if (!steps.ok) throw new Error(steps.error);
    const text = 'a'.repeat(1_000);
    const once = run(steps.value, text).work;
    expect(run(steps.value, text + text).work).toBeLessThanOrEqual(2.1 * once);
    expect(once).toBeLessThanOrEqual((steps.value.length + 1) * (text.length + 1));
  });

  it('has at most 1,024 characters', () => {
    expect(compileGlob('😀'.repeat(1_024)).ok).toBe(true);
    expect(compileGlob('a'.repeat(1_025)).ok).toBe(false);
  });
});
