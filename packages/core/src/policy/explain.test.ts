import { describe, expect, it } from 'vitest';
import type { Claims } from '../claims.ts';
import type { Effect, Facts } from '../decision.ts';
import { compilePolicy, type CompiledPolicy } from './compile.ts';
import { explain } from './explain.ts';
import type { Expression, Matcher, Rule } from './model.ts';

function claim(name: string, matcher: Matcher): Expression {
  return { op: 'test', criterion: 'claim', subject: { root: 'claims', path: [name] }, matcher };
}

function equals(name: string, value: string): Expression {
  return claim(name, { kind: 'equals', value });
}

function policy(...rules: readonly (readonly [string, Effect, Expression])[]): CompiledPolicy {
  const written = rules.map(([id, effect, when]): Rule => ({ id, effect, when }));
  const compiled = compilePolicy(written);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  return compiled.value;
}

function facts(claims: Claims): Facts {
  return { claims, request: {} };
}

const conditions = () => ({ ok: true, value: ({ claims }: Facts) => claims['n'] === 1 || 'error' }) as const;

describe('a condition', () => {
  const when: Expression = { op: 'and', of: [{ op: 'condition', source: 'claims.n\n  == 1' }] };
  const compiled = compilePolicy([{ id: 'a', effect: 'allow', when }], { conditions });

  it.each([
    [1, '  ✓ condition claims.n == 1', 'condition-ok'],
    [2, '  ✗ condition claims.n == 1 (could not be evaluated)', 'condition-error'],
  ])('is told by its source, in one line (n is %d)', (n, line, reason) => {
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
    const { lines, decision } = explain(compiled.value, facts({ n }));
    expect(lines).toContain(line);
    expect(decision.trace?.[0]?.root).toMatchObject({
      of: [{ op: 'test', reason, subject: 'condition', expected: 'claims.n\n  == 1' }],
    });
  });
});

describe('rules in audit mode', () => {
  function watched(...rules: readonly (readonly [string, Effect, Expression])[]): CompiledPolicy {
    const written = rules.map(([id, effect, when]): Rule => ({ id, effect, when, mode: 'audit' }));
    const enforced: Rule = { id: 'a', effect: 'allow', when: equals('sub', 'x') };
    const compiled = compilePolicy([...written, enforced]);
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
    return compiled.value;
  }

  it('are told with what they would have done, and marked in the trace', () => {
    const rules = watched(
      ['w', 'deny', equals('sub', 'x')],
      ['e', 'deny', claim('n', { kind: 'prefix', value: 'a' })],
      ['v', 'allow', equals('sub', 'x')],
      ['u', 'allow', equals('sub', 'y')],
    );
    const { lines, decision, audited } = explain(rules, facts({ sub: 'x', n: 1 }));
    expect(lines).toEqual([
      'Allowed by a.',
      'a (allow) matched',
      '  ✓ claims.sub equals "x" (seen "x")',
      'w (deny) would have denied (audit mode)',
      '  ✓ claims.sub equals "x" (seen "x")',
      'e (deny) could not be evaluated, so it would have denied (audit mode)',
      '  ✗ claims.n starts with "a" (1: a number cannot be compared so)',
      'v (allow) would have allowed (audit mode)',
      '  ✓ claims.sub equals "x" (seen "x")',
    ]);
    expect(audited.map((rule) => rule.rule)).toEqual(['w', 'e', 'v']);
    expect(decision.trace?.map((rule) => rule.mode)).toEqual(['audit', 'audit', 'audit', 'audit', undefined]);
  });

  it('are nothing to come near to, and keep nobody from being told what is', () => {
    const { nearest } = explain(watched(['w', 'allow', equals('sub', 'z')]), facts({ sub: 'z' }));
    expect(nearest.map((rule) => rule.rule)).toEqual(['a']);
  });
});

describe('explain', () => {
  it('tells an allow with the rule that made it', () => {
    const when: Expression = {
      op: 'and',
      of: [equals('sub', 'x'), claim('n', { kind: 'present', value: false })],
    };
    expect(explain(policy(['a', 'allow', when]), facts({ sub: 'x' })).lines).toEqual([
      'Allowed by a.',
      'a (allow) matched',
      '  ✓ claims.sub equals "x" (seen "x")',
      '  ✓ claims.n is absent (absent)',
    ]);
  });

  it('tells a deny with its rule, and what came nearest', () => {
    const rules = policy(
      ['d', 'deny', claim('n', { kind: 'prefix', value: 'a' })],
      ['a', 'allow', equals('sub', 'y')],
    );
    expect(explain(rules, facts({ n: 5, sub: 'x' })).lines).toEqual([
      'Denied by d.',
      'd (deny) could not be evaluated, so it denies',
      '  ✗ claims.n starts with "a" (5: a number cannot be compared so)',
      'a (allow) came near: 1 condition away',
      '  ✗ claims.sub equals "y" (seen "x")',
    ]);
  });

  it('shows blocks with their conditions below them', () => {
    const when: Expression = {
      op: 'not',
      of: [equals('a', '1'), { op: 'nor', of: [equals('b', '2')] }],
    };
    expect(explain(policy(['a', 'allow', when]), facts({ a: '1', b: '3' })).lines.slice(1)).toEqual([
      'a (allow) came near: 2 conditions away',
      '  ✗ none of these holds:',
      '    ✓ claims.a equals "1" (seen "1")',
      '    ✓ at least one of these does not hold:',
      '      ✗ claims.b equals "2" (seen "3")',
    ]);
  });

  it('says that nobody was there to look at', () => {
    const who: Expression = {
      op: 'test',
      criterion: 'authenticated_user',
      subject: { root: 'principal', path: ['id'] },
      matcher: { kind: 'present', value: true },
    };
    const when: Expression = { op: 'or', of: [who, { op: 'constant', criterion: 'reject' }] };
    expect(explain(policy(['a', 'allow', when]), facts({})).lines).toEqual([
      'Denied: no rule matched, and what no rule allows is denied.',
      'a (allow) came near: 1 condition away',
      '  ✗ at least one of these holds:',
      '    ✗ principal.id is present (nobody is authenticated)',
      '    ✗ everybody is never accepted',
    ]);
  });

  it('says that there are no rules', () => {
    expect(explain(policy(), facts({})).lines).toEqual([
      'Denied: there are no rules, and what no rule allows is denied.',
    ]);
  });

  it('gives the five allows that came nearest, nearest first, and no deny', () => {
    const off = (count: number): Expression => ({
      op: 'and',
      of: Array.from({ length: count }, (_, index) => equals(`c${index}`, 'x')),
    });
    const sizes = [4, 2, 6, 1, 3, 5, 7];
    const rules = policy(
      ['deny', 'deny', off(1)],
      ...sizes.map((size) => [`off-by-${size}`, 'allow', off(size)] as const),
    );
    const { nearest, determining } = explain(rules, facts({}));
    expect(nearest.map((rule) => rule.rule)).toEqual([1, 2, 3, 4, 5].map((size) => `off-by-${size}`));
    expect(determining).toEqual([]);
  });

  it('counts the cheapest way through alternatives and negations', () => {
    const two: Expression = { op: 'and', of: [equals('x', '1'), equals('y', '1')] };
    const rules = policy(
      ['and', 'allow', two],
      ['or', 'allow', { op: 'or', of: [two, equals('z', '1')] }],
      ['not', 'allow', { op: 'not', of: [equals('a', '1'), equals('b', '1'), equals('c', '1')] }],
      ['nor', 'allow', { op: 'nor', of: [equals('a', '1'), equals('b', '1'), equals('c', '1')] }],
    );
    const { lines, nearest } = explain(rules, facts({ a: '1', b: '1', c: '1' }));
    expect(nearest.map((rule) => rule.rule)).toEqual(['or', 'nor', 'and', 'not']);
    expect(lines.filter((line) => line.includes('came near')).map((line) => /\d/.exec(line)?.[0])).toEqual([
      '1',
      '1',
      '2',
      '3',
    ]);
  });

  it('has no near misses when an allow held, though a deny won', () => {
    const rules = policy(
      ['a', 'allow', equals('s', 'x')],
      ['b', 'allow', equals('s', 'y')],
      ['d', 'deny', equals('s', 'x')],
    );
    const { nearest, determining } = explain(rules, facts({ s: 'x' }));
    expect(nearest).toEqual([]);
    expect(determining.map((rule) => rule.rule)).toEqual(['d']);
  });

  it('stays short however many rules decide and however long they are', () => {
    const long: Expression = { op: 'or', of: Array.from({ length: 1_000 }, () => equals('s', 'x')) };
    const rules = policy(...Array.from({ length: 60 }, (_, index) => [`d${index}`, 'deny', long] as const));
    const { lines } = explain(rules, facts({ s: 'x' }));
    expect(lines.length).toBeLessThanOrEqual(2 + 10 * 52);
    expect(lines).toContain('… and 50 more rules that decided');
    expect(lines).toContain('  … and 951 more lines');
  });

  it('prints values and names that a stranger chose without letting them move the cursor', () => {
    const rules = policy(['a\u001b[2J', 'allow', claim('k\u009bm', { kind: 'equals', value: 'x' })]);
    const { lines } = explain(rules, facts({ 'k\u009bm': '\u202e\u001b[0m' }));
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });
});
