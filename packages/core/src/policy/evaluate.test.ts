import { describe, expect, it } from 'vitest';
import type { Claims } from '../claims.ts';
import type { Decision, Effect, Facts, Outcome } from '../decision.ts';
import { compilePolicy, type CompiledPolicy } from './compile.ts';
import { evaluate } from './evaluate.ts';
import type { BlockOperator } from './kleene.ts';
import type { Expression, Matcher, Rule } from './model.ts';
import { outcomeOf } from './outcome.ts';

function compiled(...rules: readonly Rule[]): CompiledPolicy {
  const policy = compilePolicy(rules);
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  return policy.value;
}

function claim(name: string, matcher: Matcher): Expression {
  return { op: 'test', criterion: 'claim', subject: { root: 'claims', path: [name] }, matcher };
}

function facts(claims: Claims, principal?: Claims): Facts {
  return { claims, request: {}, ...(principal === undefined ? {} : { principal }) };
}

function rule(id: string, effect: Effect, when: Expression): Rule {
  return { id, effect, when };
}

/** Conditions of a known outcome for the facts `{ claims: { n: 1 } }`. */
const LEAF = {
  true: claim('n', { kind: 'equals', value: 1 }),
  false: claim('n', { kind: 'equals', value: 2 }),
  error: claim('n', { kind: 'prefix', value: 'x' }),
} as const;

const ONE = facts({ n: 1 });

function decide(...rules: readonly Rule[]): Decision {
  return evaluate(compiled(...rules), ONE);
}

describe('a decision', () => {
  it('is deny when there are no rules', () => {
    expect(decide()).toEqual({ effect: 'deny', determining: [], audited: [], reasons: ['no-rule-matched'] });
  });

  it('is deny when no rule matches', () => {
    expect(decide(rule('a', 'allow', LEAF.false), rule('d', 'deny', LEAF.false))).toEqual({
      effect: 'deny',
      determining: [],
      audited: [],
      reasons: ['no-rule-matched'],
    });
  });

  it('is allow when an allow matches, and names all that do', () => {
    const rules = [
      rule('a', 'allow', LEAF.true),
      rule('b', 'allow', LEAF.false),
      rule('c', 'allow', LEAF.true),
    ];
    expect(decide(...rules)).toEqual({
      effect: 'allow',
      determining: ['a', 'c'],
      audited: [],
      reasons: ['claim-ok'],
    });
  });

  it('is deny when any deny matches, and names the denies alone', () => {
    const rules = [rule('a', 'allow', LEAF.true), rule('d', 'deny', LEAF.true), rule('e', 'deny', LEAF.true)];
    expect(decide(...rules)).toMatchObject({ effect: 'deny', determining: ['d', 'e'] });
  });

  it('is deny when the condition of an allow cannot be evaluated', () => {
    expect(decide(rule('a', 'allow', LEAF.error))).toMatchObject({ effect: 'deny', determining: [] });
  });

  it('is deny when the condition of a deny cannot be evaluated', () => {
    expect(decide(rule('a', 'allow', LEAF.true), rule('d', 'deny', LEAF.error))).toEqual({
      effect: 'deny',
      determining: ['d'],
      audited: [],
      reasons: ['claim-error'],
    });
  });

  it('carries a trace only when asked for', () => {
    const policy = compiled(rule('a', 'allow', LEAF.true));
    expect(evaluate(policy, ONE)).not.toHaveProperty('trace');
    expect(evaluate(policy, ONE, { trace: false })).not.toHaveProperty('trace');
    expect(evaluate(policy, ONE, { trace: true }).trace).toEqual([
      {
        rule: 'a',
        effect: 'allow',
        outcome: true,
        root: {
          op: 'test',
          outcome: true,
          reason: 'claim-ok',
          subject: 'claims.n',
          expected: 'equals 1',
          seen: 1,
        },
      },
    ]);
  });
});

describe('a block', () => {
  type Row = readonly [BlockOperator, readonly (keyof typeof LEAF)[], Outcome];
  it.each<Row>([
    ['and', ['true', 'true'], true],
    ['and', ['true', 'false'], false],
    ['and', ['true', 'error'], 'error'],
    ['and', ['error', 'false'], false],
    ['or', ['false', 'false'], false],
    ['or', ['false', 'true'], true],
    ['or', ['false', 'error'], 'error'],
    ['or', ['error', 'true'], true],
    ['not', ['false', 'false'], true],
    ['not', ['false', 'true'], false],
    ['not', ['false', 'error'], 'error'],
    ['not', ['error', 'true'], false],
    ['nor', ['true', 'true'], false],
    ['nor', ['true', 'false'], true],
    ['nor', ['true', 'error'], 'error'],
    ['nor', ['error', 'false'], true],
  ])('%s of %j is %s', (op, leaves, wanted) => {
    const policy = compiled(rule('a', 'allow', { op, of: leaves.map((leaf) => LEAF[leaf]) }));
    expect(policy.rules.map((one) => outcomeOf(one.root, ONE))).toEqual([wanted]);
  });
});

describe('reasons', () => {
  const yes: Expression = { op: 'constant', criterion: 'accept' };
  const no: Expression = { op: 'constant', criterion: 'reject' };

  it.each<[BlockOperator, readonly Expression[], Decision['reasons']]>([
    ['and', [yes, LEAF.true], ['accept-ok', 'claim-ok']],
    ['or', [no, yes, LEAF.true], ['accept-ok', 'claim-ok']],
    ['not', [no, LEAF.false], ['reject-unauthorized', 'claim-unauthorized']],
    ['nor', [yes, LEAF.false], ['claim-unauthorized']],
  ])('of a matching %s are those of the conditions that decided', (op, of, wanted) => {
    expect(decide(rule('a', 'allow', { op, of })).reasons).toEqual(wanted);
  });

  it('of a deny that could not be evaluated are its errors', () => {
    expect(decide(rule('d', 'deny', { op: 'and', of: [yes, LEAF.error] })).reasons).toEqual(['claim-error']);
  });
});

describe('a condition about a person', () => {
  const email = (matcher: Matcher): Expression => ({
    op: 'test',
    criterion: 'email',
    subject: { root: 'principal', path: ['email'] },
    matcher,
  });

  it.each<Matcher>([
    { kind: 'equals', value: 'ada@acme.example' },
    { kind: 'not', of: { kind: 'equals', value: 'mallory@acme.example' } },
    { kind: 'present', value: false },
  ])('is false of nobody: %j', (matcher) => {
    const policy = compiled(rule('a', 'allow', email(matcher)));
    const decision = evaluate(policy, facts({}), { trace: true });
    expect(decision.effect).toBe('deny');
    expect(decision.trace).toMatchObject([{ outcome: false, root: { reason: 'email-unauthenticated' } }]);
    expect(decision.trace?.[0]?.root).not.toHaveProperty('seen');
  });

  it('tells somebody without the right from nobody', () => {
    const policy = compiled(rule('a', 'allow', email({ kind: 'equals', value: 'ada@acme.example' })));
    const decision = evaluate(policy, facts({}, { id: 'usr_1' }), { trace: true });
    expect(decision.trace).toMatchObject([{ root: { reason: 'email-unauthorized' } }]);
  });
});
