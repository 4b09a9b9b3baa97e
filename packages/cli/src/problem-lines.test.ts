import { describe, expect, it } from 'vitest';
import { problemLines, type ConfigProblem } from './problem-lines.ts';

const PLACE = { file: 'c.yaml', line: 3, column: 1, path: 'tests[0]' };
const format = ({ line, message }: ConfigProblem): string => `${line}: ${message}`;

function linted(example: NonNullable<ConfigProblem['example']>): readonly string[] {
  const message = `too broad; this token would pass: ${JSON.stringify(example)}`;
  return problemLines({ ...PLACE, message, rule: 'owner-missing', example }, format);
}

describe('a problem of a configuration', () => {
  it('is one line when it is a sentence', () => {
    expect(problemLines({ ...PLACE, message: 'unknown key' }, format)).toEqual(['3: unknown key']);
  });

  it('that is a failed policy test has its rules and their conditions below', () => {
    const message = 'gets deny: Denied. | policies[0] (allow) came near | ✓ claims.a | ✗ claims.b';
    expect(problemLines({ ...PLACE, message, rule: 'policy-test' }, format)).toEqual([
      '3: gets deny: Denied.',
      '  policies[0] (allow) came near',
      '    ✓ claims.a',
      '    ✗ claims.b',
    ]);
  });

  it('of lint shows the token below, and what stands there is JSON still', () => {
    const example = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`claim_${n}`, `value ${n}`]));
    const [sentence, ...lines] = linted(example);
    expect(sentence).toBe('3: too broad; this token would pass:');
    expect(JSON.parse(lines.join('\n'))).toEqual(example);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(102);
  });

  it('cannot move the cursor with a claim', () => {
    expect(linted({ sub: 'a\u202eb' })).toEqual(['3: too broad; this token would pass:', '  {"sub":"a?b"}']);
  });

  it.each([
    [40, 40],
    [41, 41],
    [500, 41],
  ])('with an example of %i lines takes %i at most', (claims, lines) => {
    const wide = Object.fromEntries(Array.from({ length: claims }, (_, n) => [`c${n}`, 'x'.repeat(90)]));
    const [, ...shown] = linted(wide);
    expect(shown).toHaveLength(lines);
    expect(shown.at(-1) === '  …').toBe(claims > 40);
  });
});
