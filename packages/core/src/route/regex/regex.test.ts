import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capture } from './capture.ts';
import { commonText } from './overlap.ts';
import { compileRegex, type Program } from './program.ts';
import { run } from './run.ts';
import { REGEX_BOUNDS } from './syntax.ts';

function program(text: string): Program {
  const compiled = compileRegex(text);
  if (!compiled.ok) throw new Error(`${text}: ${compiled.error}`);
  return compiled.value;
}

const takes = (regex: string, text: string): boolean => run(program(regex), text).matched;

describe('a regex', () => {
  it.each([
    ['/api/v[0-9]+', '/api/v12', true],
    ['/api/v[0-9]+', '/api/v', false],
    ['/api/v[0-9]+', '/api/v1/x', false],
    ['^/a$', '/a', true],
    ['^/a$', '/a$', false],
    ['/a\\$', '/a$', true],
    ['/a|/b', '/b', true],
    ['/(?:a|b)c', '/bc', true],
    ['/(?P<n>a)(?<m>b)', '/ab', true],
    ['/a?b', '/b', true],
    ['/a{2}', '/aa', true],
    ['/a{2}', '/aaa', false],
    ['/a{2,}', '/aaaa', true],
    ['/a{1,2}', '/aaa', false],
    ['/a{0}', '/', true],
    ['/[^/]+', '/a.b', true],
    ['/[^/]+', '/a/b', false],
    ['/[a-c-]', '/-', true],
    ['/[\\d.]+', '/1.2', true],
    ['/[\\]^]', '/]', true],
    ['/\\w+', '/a_9', true],
    ['/\\D', '/7', false],
    ['/.*', '/', true],
    ['/.*', '/a/b%20c', true],
    ['(?i)/API/[x-z]', '/api/Y', true],
    ['/API', '/api', false],
    ['/(a*)*b', '/aab', true],
    ['/(|a)+b', '/ab', true],
    ['/a\\.b', '/axb', false],
    ['/a*?', '/aa', true],
    ['', '', true],
  ])('%s of %s: %s', (regex, text, wanted) => {
    expect(takes(regex, text)).toBe(wanted);
  });

  it.each([
    ['/(a)\\1', 'a backreference'],
    ['/(?=a)', 'looking ahead'],
    ['/(?!a)', 'looking ahead'],
    ['/(?<=a)', 'looking behind'],
    ['/(?<!a)', 'looking behind'],
    ['/(?>a)', 'an atomic group'],
    ['/(?#a)', 'a comment'],
    ['/a(?i)b', 'opens no group that is known'],
    ['/(?s:.)', 'opens no group that is known'],
    ['/a*+', 'repeats a repetition'],
    ['/a**', 'repeats a repetition'],
    ['/a{2}{3}', 'repeats a repetition'],
    ['*a', 'repeats nothing'],
    ['/(+)', 'repeats nothing'],
    ['/\\ba', 'a word boundary'],
    ['/\\Aa', 'an anchor'],
    ['/\\pL', 'a Unicode class'],
    ['/\\x41', 'an escape that is not known'],
    ['/a\\', 'escapes nothing'],
    ['/a^b', '"^" stands only at the beginning'],
    ['/a$b', '"$" stands only at the end'],
    ['/(a', 'has no end'],
    ['/a)', 'closes nothing'],
    ['/[a', 'a class has no end'],
    ['/[]', 'at least one character'],
    ['/[z-a]', 'a range goes'],
    ['/[\\d-z]', 'a range goes'],
    ['/[[:alpha:]]', 'is written "\\["'],
    ['/a{x', 'is written "\\{"'],
    ['/a{3,2}', 'from fewer to more'],
    ['/a{1001}', 'from fewer to more'],
    ['/é', 'visible ASCII'],
    ['/a b', 'visible ASCII'],
    ['/(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)', 'at most 9 groups capture'],
  ])('refuses %s by name', (regex, message) => {
    const compiled = compileRegex(regex);
    expect(!compiled.ok && compiled.error).toContain(message);
  });

  it('is bounded in its text, its depth and its program', () => {
    expect(compileRegex('/'.repeat(REGEX_BOUNDS.text)).ok).toBe(false);
    expect(compileRegex(`/${'a|'.repeat(100)}`).ok).toBe(true);
    expect(compileRegex('a'.repeat(REGEX_BOUNDS.program - 1)).ok).toBe(true);
    expect(compileRegex('a'.repeat(REGEX_BOUNDS.program)).ok).toBe(false);
    expect(compileRegex('a'.repeat(REGEX_BOUNDS.text + 1))).toMatchObject({
      error: 'a regex has at most 1024 characters',
    });
    const nested = (levels: number) => `${'(?:'.repeat(levels)}a${')'.repeat(levels)}`;
    expect(compileRegex(nested(REGEX_BOUNDS.depth)).ok).toBe(true);
    expect(compileRegex(nested(REGEX_BOUNDS.depth + 1)).ok).toBe(false);
    expect(compileRegex('(?:(?:(?:a{1000}){1000}){1000}){1000}')).toMatchObject({
      error: 'a regex compiles to at most 1000 steps: repeat less',
    });
  });
});

describe('a run', () => {
  it.each(['(?:a*)*b', '(?:a|aa)+b', '(?:a|a)*b', '(?:.*a){9}b', '(?:a?){100}a{100}'])(
    'of %s costs its program for each character at most, on what makes others backtrack',
    (regex) => {
      const compiled = program(regex);
      for (const length of [10, 100, 1_000]) {
        const { work } = run(compiled, 'a'.repeat(length));
        expect(work).toBeLessThanOrEqual(compiled.instructions.length * (length + 1));
      }
    },
  );
});

/** Expressions of the part that RE2 and ECMAScript read alike. */
const atom = fc.constantFrom('a', 'b', '/', '.', '[ab]', '[^/]', '(?:a|b/)', '(a)', '\\.', '(?:)');
const piece = fc
  .tuple(atom, fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}', '*?'))
  .map((pair) => pair.join(''));
const expression = fc
  .array(
    fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join('')),
    { minLength: 1, maxLength: 3 },
  )
  .map((alternatives) => alternatives.join('|'));
const path = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 10 });
const bounded = { numRuns: 500 };

describe('the engine', () => {
  it('takes what the regular expressions of ECMAScript take', () => {
    fc.assert(
      fc.property(expression, path, (regex, text) => {
        fc.pre((regex.match(/\(a\)/g) ?? []).length <= 9);
        expect(takes(regex, text)).toBe(new RegExp(`^(?:${regex})$`).test(text));
      }),
      bounded,
    );
  });

  it('captures only what it takes, and the whole of it', () => {
    fc.assert(
      fc.property(expression, path, (regex, text) => {
        fc.pre((regex.match(/\(a\)/g) ?? []).length <= 9);
        const groups = capture(program(regex), text);
        expect(groups !== undefined).toBe(takes(regex, text));
        if (groups !== undefined) expect(groups[0]).toBe(text);
      }),
      bounded,
    );
  });

  it('finds a common text that both take, and none where a search finds one', () => {
    const words = fc.sample(path, 200);
    fc.assert(
      fc.property(expression, expression, (one, other) => {
        fc.pre([one, other].every((regex) => (regex.match(/\(a\)/g) ?? []).length <= 9));
        const text = commonText(program(one), program(other));
        if (text !== undefined) expect([takes(one, text), takes(other, text)]).toEqual([true, true]);
        else expect(words.filter((word) => takes(one, word) && takes(other, word))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('captures', () => {
  it.each([
    ['/service/([^/]+)(/.*)', '/service/shop/v1/x', ['/service/shop/v1/x', 'shop', '/v1/x']],
    ['/(a|ab)(c|bcd)', '/abcd', ['/abcd', 'a', 'bcd']],
    ['/(a*?)(a*)', '/aaa', ['/aaa', '', 'aaa']],
    ['/(a*)(a*)', '/aaa', ['/aaa', 'aaa', '']],
    ['/(?:(a)|b)', '/b', ['/b', '']],
    ['/(?:([ab]))+', '/ab', ['/ab', 'b']],
  ])('of %s in %s', (regex, text, wanted) => {
    expect(capture(program(regex), text)).toEqual(wanted);
  });

  it('are none of a text that is taken in part', () => {
    expect(capture(program('/a'), '/ab')).toBeUndefined();
    expect(capture(program('/ab'), '/a')).toBeUndefined();
  });
});
