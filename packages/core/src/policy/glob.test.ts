import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob, globSteps } from './glob.ts';
import { run } from './pattern-machine.ts';

function matches(pattern: string, text: string): boolean {
  const compiled = compileGlob(pattern);
  if (!compiled.ok) throw new Error(compiled.error);
  return compiled.value(text);
}

/** Tokens of a glob, so that the reference below does not share the parser under test. */
type Token = 'a' | 'b' | '/' | ':' | 'star' | 'doublestar' | 'escaped';

const WRITTEN: Readonly<Record<Token, string>> = {
  a: 'a',
  b: 'b',
  '/': '/',
  ':': ':',
  star: '*',
  doublestar: '**',
  escaped: '\\*',
};

function naive([head, ...pattern]: readonly Token[], text: readonly string[]): boolean {
  const [first, ...rest] = text;
  if (head === undefined) return first === undefined;
  const more = first !== undefined && (head === 'doublestar' || (first !== '/' && first !== ':'));
  if (head === 'star' || head === 'doublestar')
    return naive(pattern, text) || (more && naive([head, ...pattern], rest));
  return first === (head === 'escaped' ? '*' : head) && naive(pattern, rest);
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
    const tokens = fc.array(fc.constantFrom<Token>('a', 'b', '/', ':', 'star', 'doublestar', 'escaped'), {
      minLength: 1,
      maxLength: 7,
    });
    const text = fc.array(fc.constantFrom('a', 'b', '/', ':', '*'), { maxLength: 8 });
    fc.assert(
      fc.property(tokens, text, (pattern, characters) => {
        // `*` beside `*` is written `**`: the reference has to read it as that.
        fc.pre(!pattern.some((token, at) => token === 'star' && pattern[at + 1]?.endsWith('star')));
        fc.pre(!pattern.some((token, at) => token === 'doublestar' && pattern[at + 1] === 'star'));
        const written = pattern.map((token) => WRITTEN[token]).join('');
        expect(matches(written, characters.join(''))).toBe(naive(pattern, characters));
      }),
      { numRuns: 2_000 },
    );
  });

  it('does work in proportion to a hostile text', () => {
    const steps = globSteps('**a'.repeat(100) + 'b');
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
