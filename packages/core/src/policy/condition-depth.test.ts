import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nestingOf } from './condition-depth.ts';

describe('nestingOf', () => {
  it.each([
    ['a', 0],
    ['(a)', 1],
    ['[{a: f(b)}]', 3],
    ['[a, [b], [c]]', 2],
    ['((a)) && ((b))', 2],
    ['!a', 1],
    ['!!!!a', 4],
    ['a != b', 0],
    ['- - -a', 3],
    ['a.b.c.d', 3],
    ['a.b.c == d.e', 2],
    ['a[0][1][2]', 3],
    ['a.b(c).d', 3],
    ['a ? b : c', 1],
    ['a ? b : c ? d : e', 2],
    ['[a ? b : c, a ? b : c]', 2],
    ['(a ? b : c) || (a ? b : c)', 2],
    ['a.b.c[d]', 3],
    ['!(!(!(a)))', 6],
    ['a) + (b', 1],
  ])('of %j is %d', (source, levels) => {
    expect(nestingOf(source)).toBe(levels);
  });

  it.each([
    ['two kinds of quotes', `"((('((("`, `'((("((('`],
    ['an escaped quote', `"\\"((("`, `'\\'((('`],
    ['an escaped backslash at the end', `"\\\\"`, `'\\\\'`],
    ['fences of three', `"""(("(("((""(( """`, `'''((\n'(('''`],
    ['an escaped quote in a fence', `"""\\"""(("""`, `'''\\'''(('''`],
    ['a raw backslash at the end', `r"(((\\"`, `R'(((\\'`],
    ['bytes', `b"((("`, `bR'''((('''`],
    ['an empty text', `""`, `''`],
  ])('skips texts: %s', (_name, ...texts) => {
    for (const text of texts) {
      expect(nestingOf(text)).toBe(0);
      expect(nestingOf(`(${text}) + ((a))`)).toBe(2);
    }
  });

  it.each(['// (((\n((a))', '// "\r((a))', "// '''\n((a)) // ((((", '((a)) / b // "((('])(
    'skips comments, and a quote in one begins nothing: %j',
    (source) => {
      expect(nestingOf(source)).toBe(2);
    },
  );

  it('is the same whatever stands in a text', () => {
    const inner = fc.stringMatching(/^[()[\]{}?.,!a'/]{0,12}$/);
    const frame = fc.stringMatching(/^[()[\]{}?:.,!a&+]{0,12}$/);
    fc.assert(
      fc.property(frame, inner, frame, (before, text, behind) => {
        expect(nestingOf(`${before} "${text}" ${behind}`)).toBe(nestingOf(`${before} 1 ${behind}`));
      }),
      { numRuns: 500 },
    );
  });

  it('takes no more levels back than were there', () => {
    expect(nestingOf(')))))((a))')).toBeGreaterThanOrEqual(2);
  });

  it('reads a text that does not end, to the end', () => {
    expect(nestingOf('"((((')).toBe(0);
    expect(nestingOf('"""(((("')).toBe(0);
    expect(nestingOf('"\\')).toBe(0);
  });
});
