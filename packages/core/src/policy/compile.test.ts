import { describe, expect, it } from 'vitest';
import { compilePolicy } from './compile.ts';
import type { Expression, Matcher, Rule } from './model.ts';

const held: Expression = { op: 'constant', criterion: 'accept' };

function rule(id: string, when: Expression = held): Rule {
  return { id, effect: 'allow', when };
}

function test(matcher: Matcher): Expression {
  return { op: 'test', criterion: 'claim', subject: { root: 'claims', path: ['sub'] }, matcher };
}

function nested(levels: number): Expression {
  let expression = held;
  for (let level = 0; level < levels; level += 1) expression = { op: 'and', of: [expression] };
  return expression;
}

function paths(rules: readonly Rule[]): readonly string[] {
  const compiled = compilePolicy(rules);
  return compiled.ok ? [] : compiled.error.map((problem) => problem.path.join('.'));
}

function isFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozen);
}

describe('conditions', () => {
  const condition: Expression = { op: 'condition', source: 'x' };
  const many = (count: number): Rule =>
    rule('a', { op: 'or', of: Array.from({ length: count }, () => condition) });

  it('do not compile where their engine is not loaded', () => {
    const compiled = compilePolicy([rule('a', condition)]);
    expect(compiled).toMatchObject({
      ok: false,
      error: [{ path: [0, 'when'], message: expect.stringContaining('not loaded') as string }],
    });
  });

  it('are refused with the words of their engine', () => {
    const compiled = compilePolicy([rule('a', { op: 'and', of: [condition] })], {
      conditions: (source) => ({ ok: false, error: `no ${source}` }),
    });
    expect(compiled).toEqual({ ok: false, error: [{ path: [0, 'when', 'of', 0], message: 'no x' }] });
  });

  it('are 100 and no more, which is told once', () => {
    const conditions = () => ({ ok: true, value: () => true }) as const;
    expect(compilePolicy([many(100)], { conditions }).ok).toBe(true);
    const compiled = compilePolicy([many(300)], { conditions });
    expect(!compiled.ok && compiled.error).toHaveLength(1);
  });
});

describe('compilePolicy', () => {
  it('compiles no rules at all', () => {
    expect(compilePolicy([])).toEqual({ ok: true, value: { rules: [] } });
  });

  it('freezes all that it makes', () => {
    const compiled = compilePolicy([
      rule('a', { op: 'or', of: [held, test({ kind: 'equals', value: 'x' })] }),
    ]);
    expect(compiled.ok && isFrozen(compiled.value)).toBe(true);
  });

  it('reports all problems together, with their paths', () => {
    const empty: Expression = { op: 'and', of: [] };
    const bad = test({ kind: 'glob', pattern: '\\d' });
    expect(
      paths([rule('a', empty), rule('b', { op: 'or', of: [held, bad, { op: 'not', of: [] }] })]),
    ).toEqual(['0.when.of', '1.when.of.1.matcher', '1.when.of.2.of']);
  });

  it.each(['and', 'or', 'not', 'nor'] as const)('refuses an empty %s', (op) => {
    expect(paths([rule('a', { op, of: [] })])).toEqual(['0.when.of']);
  });

  it('refuses two rules of one id', () => {
    expect(paths([rule('a'), rule('b'), rule('a')])).toEqual(['2.id']);
  });

  it('takes 32 levels of blocks and no more', () => {
    expect(paths([rule('a', nested(32))])).toEqual([]);
    expect(paths([rule('a', nested(33))])).toHaveLength(1);
    expect(paths([rule('a', nested(5_000))])).toHaveLength(1);
  });

  it('takes 5,000 rules and no more', () => {
    const rules = Array.from({ length: 5_001 }, (_, index) => rule(`r${index}`));
    expect(paths(rules.slice(1))).toEqual([]);
    expect(paths(rules)).toEqual(['']);
  });

  it('takes 1,000 entries of a block and no more', () => {
    const of = Array.from({ length: 1_001 }, () => held);
    expect(paths([rule('a', { op: 'or', of: of.slice(1) })])).toEqual([]);
    expect(paths([rule('a', { op: 'or', of })])).toEqual(['0.when.of']);
  });
});
