import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../claims.ts';
import type { Decision, Facts, Outcome, TraceNode } from '../decision.ts';
import { compilePolicy, type CompiledPolicy } from './compile.ts';
import { evaluate } from './evaluate.ts';
import { explain } from './explain.ts';
import type { Expression, Matcher, Rule, Test } from './model.ts';
import { outcomeOf } from './outcome.ts';

/** The laws of the engine, over policies and facts of every shape. */

const matcher: fc.Arbitrary<Matcher> = fc.oneof(
  fc.record({ kind: fc.constant('equals'), value: fc.constantFrom('x', 'y', 1, true, null) }),
  fc.record({ kind: fc.constant('prefix'), value: fc.constantFrom('x', 'y') }),
  fc.record({ kind: fc.constant('glob'), pattern: fc.constantFrom('*', 'x*', 'y') }),
  fc.record({ kind: fc.constant('pulumi'), pattern: fc.constantFrom('*', 'x?', '.') }),
  fc.record({ kind: fc.constant('present'), value: fc.boolean() }),
  fc.record({
    kind: fc.constant('element'),
    of: fc.record({ kind: fc.constant('prefix'), value: fc.constant('x') }),
  }),
  fc.record({
    kind: fc.constant('not'),
    of: fc.record({ kind: fc.constant('suffix'), value: fc.constant('x') }),
  }),
);

const test: fc.Arbitrary<Test> = fc.record({
  op: fc.constant('test'),
  criterion: fc.constantFrom('claim', 'email', 'target'),
  subject: fc.record({
    root: fc.constantFrom('claims', 'principal', 'request'),
    path: fc.array(fc.constantFrom('a', 'b', '__proto__', 'constructor'), { minLength: 1, maxLength: 2 }),
  }),
  matcher,
});

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    test,
    fc.record({ op: fc.constant('constant'), criterion: fc.constantFrom('accept', 'reject') }),
    fc.record({
      op: fc.constantFrom('and', 'or', 'not', 'nor'),
      of: fc.array(tie('expression'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}));

const policyRules: fc.Arbitrary<readonly Rule[]> = fc
  .array(fc.record({ effect: fc.constantFrom('allow', 'allow', 'deny'), when: expression }), { maxLength: 6 })
  .map((rules) => rules.map((rule, index) => ({ id: `r${index}`, ...rule })));

const leafValue: fc.Arbitrary<Json> = fc.constantFrom<Json[]>(
  'x',
  'y',
  'xy',
  1,
  true,
  null,
  ['x'],
  [1, 'y'],
  {},
);
const claims = fc.dictionary(
  fc.constantFrom('a', 'b'),
  fc.oneof(leafValue, fc.dictionary(fc.constant('a'), leafValue)),
);
const facts: fc.Arbitrary<Facts> = fc.record(
  { claims, request: claims, principal: claims },
  { requiredKeys: ['claims', 'request'] },
);

function compiled(rules: readonly Rule[]): CompiledPolicy {
  const policy = compilePolicy(rules);
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  return policy.value;
}

function decide(rules: readonly Rule[], about: Facts): Decision {
  return evaluate(compiled(rules), about);
}

/** The definition of the operators, over the outcomes of a trace. */
function reference(node: TraceNode): Outcome {
  if (node.op === 'test') return node.outcome;
  const outcomes = node.of.map(reference);
  const flip = (outcome: Outcome): Outcome => (outcome === 'error' ? 'error' : !outcome);
  const all = (): Outcome => {
    if (outcomes.includes(false)) return false;
    return outcomes.includes('error') ? 'error' : true;
  };
  const any = (): Outcome => {
    if (outcomes.includes(true)) return true;
    return outcomes.includes('error') ? 'error' : false;
  };
  return { and: all, or: any, not: () => flip(any()), nor: () => flip(all()) }[node.op]();
}

describe('for every policy and all facts', () => {
  it('rules in audit mode decide nothing, wherever they stand and whatever they say', () => {
    fc.assert(
      fc.property(policyRules, policyRules, fc.nat(6), facts, (rules, watching, at, about) => {
        const audits = watching.map((rule) => ({ ...rule, id: `audit-${rule.id}`, mode: 'audit' as const }));
        const before = decide(rules, about);
        const after = decide([...rules.slice(0, at), ...audits, ...rules.slice(at)], about);
        expect({ ...after, audited: [] }).toEqual(before);
        // They are heard exactly when they would have decided.
        const matching = audits.filter(({ effect, when }) => {
          const alone = decide([{ id: 'alone', effect, when }], about);
          return alone.determining.length > 0;
        });
        expect(after.audited).toEqual(matching.map((rule) => rule.id));
      }),
    );
  });

  it('adding a deny never turns deny into allow', () => {
    fc.assert(
      fc.property(policyRules, expression, facts, (rules, when, about) => {
        fc.pre(decide(rules, about).effect === 'deny');
        const more = [...rules, { id: 'added', effect: 'deny' as const, when }];
        expect(decide(more, about).effect).toBe('deny');
      }),
    );
  });

  it('turning any allow into a deny never allows what was denied', () => {
    fc.assert(
      fc.property(policyRules, fc.nat(5), facts, (rules, at, about) => {
        const turned = rules.map((rule, index) =>
          index === at ? { ...rule, effect: 'deny' as const } : rule,
        );
        fc.pre(decide(rules, about).effect === 'deny');
        expect(decide(turned, about).effect).toBe('deny');
      }),
    );
  });

  it('adding an allow never denies what was allowed, nor lifts a deny', () => {
    fc.assert(
      fc.property(policyRules, expression, facts, (rules, when, about) => {
        const before = decide(rules, about);
        const after = decide([...rules, { id: 'added', effect: 'allow' as const, when }], about);
        fc.pre(before.determining.length > 0);
        expect(after.effect).toBe(before.effect);
        expect(after.determining.filter((id) => id !== 'added')).toEqual(before.determining);
      }),
    );
  });

  it('the order of the rules does not matter', () => {
    const shuffled = policyRules.chain((rules) =>
      fc.tuple(
        fc.constant(rules),
        fc.shuffledSubarray([...rules], { minLength: rules.length, maxLength: rules.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, facts, ([rules, other], about) => {
        const [one, two] = [decide(rules, about), decide(other, about)];
        expect(two.effect).toBe(one.effect);
        expect(new Set(two.determining)).toEqual(new Set(one.determining));
        expect(new Set(two.reasons)).toEqual(new Set(one.reasons));
      }),
    );
  });

  it('what cannot be evaluated never allows, and in a deny rule denies', () => {
    fc.assert(
      fc.property(expression, facts, (when, about) => {
        const allow = compiled([{ id: 'a', effect: 'allow', when }]);
        const outcome = allow.rules.map((rule) => outcomeOf(rule.root, about))[0];
        const accept: Expression = { op: 'constant', criterion: 'accept' };
        const guarded = decide(
          [
            { id: 'all', effect: 'allow', when: accept },
            { id: 'd', effect: 'deny', when },
          ],
          about,
        );
        expect(evaluate(allow, about).effect).toBe(outcome === true ? 'allow' : 'deny');
        expect(guarded.effect).toBe(outcome === false ? 'allow' : 'deny');
      }),
    );
  });

  it('an allow has no deny that held, and a decision without rules is a deny', () => {
    fc.assert(
      fc.property(policyRules, facts, (rules, about) => {
        const { effect, determining, reasons } = decide(rules, about);
        const effects = new Set(
          rules.filter((rule) => determining.includes(rule.id)).map((rule) => rule.effect),
        );
        expect([...effects]).toEqual(determining.length === 0 ? [] : [effect]);
        expect(reasons.includes('no-rule-matched')).toBe(determining.length === 0);
        expect(effect === 'allow' && determining.length === 0).toBe(false);
      }),
    );
  });

  it('the explanation is the decision', () => {
    fc.assert(
      fc.property(policyRules, facts, (rules, about) => {
        const policy = compiled(rules);
        const explanation = explain(policy, about);
        const { trace = [], ...decision } = explanation.decision;
        expect(decision).toEqual(evaluate(policy, about));
        expect(explanation.determining.map((rule) => rule.rule)).toEqual(decision.determining);
        for (const rule of trace) expect(reference(rule.root)).toBe(rule.outcome);
        const allowed = trace.some((rule) => rule.effect === 'allow' && rule.outcome === true);
        expect(allowed && explanation.nearest.length > 0).toBe(false);
        expect(explanation.lines[0]).toMatch(decision.effect === 'allow' ? /^Allowed/ : /^Denied/);
      }),
    );
  });

  it('nothing inherited is ever seen', () => {
    fc.assert(
      fc.property(test, facts, (condition, about) => {
        fc.pre(condition.subject.path.some((key) => key === '__proto__' || key === 'constructor'));
        const policy = compiled([{ id: 'a', effect: 'allow', when: condition }]);
        expect(evaluate(policy, about, { trace: true }).trace?.[0]?.root).not.toHaveProperty('seen');
      }),
    );
  });
});
