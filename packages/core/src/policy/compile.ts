import { printClaimPath, type Json } from '../claims.ts';
import type { Effect, Outcome } from '../decision.ts';
import { err, ok, type Problem, type Result } from '../result.ts';
import { BOUNDS } from './bounds.ts';
import type { BlockOperator } from './kleene.ts';
import { compileMatcher } from './matcher.ts';
import type { Expression, Rule, Subject, Test } from './model.ts';
import type { Criterion } from './reason.ts';
import { quote } from './wording.ts';

/**
 * Compiles rules to the frozen tree that `evaluate` walks. All problems come together; a policy with one problem does
 * not compile at all, since half a policy may be the half without the denies.
 */

/** A policy ready to be evaluated: frozen, safe to share between requests. */
export interface CompiledPolicy {
  readonly rules: readonly CompiledRule[];
}

/** The policies of a trusted issuer, ready to be evaluated. */
export interface CompiledTrust {
  readonly policy: CompiledPolicy;
  /** Rule id → the longest lifetime that its policy grants, in seconds; a rule without a limit of its own is absent. */
  readonly maxExpiration: ReadonlyMap<string, number>;
}

export interface CompiledRule {
  readonly id: string;
  readonly effect: Effect;
  readonly root: CompiledNode;
}

export type CompiledNode =
  | { readonly op: BlockOperator; readonly of: readonly CompiledNode[] }
  | CompiledTest
  | { readonly op: 'constant'; readonly criterion: 'accept' | 'reject' };

export interface CompiledTest {
  readonly op: 'test';
  readonly criterion: Criterion;
  readonly subject: Subject;
  /** The subject in words: `claims.sub`. */
  readonly subjectName: string;
  readonly expected: string;
  readonly matches: (value: Json | undefined) => Outcome;
}

type Path = readonly (string | number)[];

/** Compiles rules. Paths of problems lead from the list of rules: `[2, 'when', 'of', 0]`. */
export function compilePolicy(rules: readonly Rule[]): Result<CompiledPolicy, readonly Problem[]> {
  if (rules.length > BOUNDS.rules)
    return err([
      { path: [], message: `a policy has at most ${BOUNDS.rules} rules, this one ${rules.length}` },
    ]);
  const problems: Problem[] = [];
  const compiled: CompiledRule[] = [];
  const ids = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    // Decisions cite rules by id: two rules of one name could not be told apart in the trail.
    if (ids.has(rule.id))
      problems.push({ path: [index, 'id'], message: `the rule id ${quote(rule.id)} is taken` });
    ids.add(rule.id);
    const root = compileNode(rule.when, [index, 'when'], 1, problems);
    if (root !== undefined) compiled.push(Object.freeze({ id: rule.id, effect: rule.effect, root }));
  }
  if (problems.length > 0) return err(problems);
  return ok(Object.freeze({ rules: Object.freeze(compiled) }));
}

function compileNode(
  expression: Expression,
  path: Path,
  depth: number,
  problems: Problem[],
): CompiledNode | undefined {
  if (expression.op === 'test') return compileTest(expression, path, problems);
  if (expression.op === 'constant') return Object.freeze({ ...expression });
  if (depth > BOUNDS.depth) {
    problems.push({ path, message: `blocks nest at most ${BOUNDS.depth} levels deep` });
    return undefined;
  }
  const size = expression.of.length;
  // An empty `and` is true: an allow rule without conditions would let everybody in.
  if (size === 0 || size > BOUNDS.entries) {
    problems.push({
      path: [...path, 'of'],
      message: `a block has 1 to ${BOUNDS.entries} entries, not ${size}`,
    });
    return undefined;
  }
  const of: CompiledNode[] = [];
  for (const [index, child] of expression.of.entries()) {
    const node = compileNode(child, [...path, 'of', index], depth + 1, problems);
    if (node !== undefined) of.push(node);
  }
  return Object.freeze({ op: expression.op, of: Object.freeze(of) });
}

function compileTest(test: Test, path: Path, problems: Problem[]): CompiledNode | undefined {
  const matcher = compileMatcher(test.matcher, [...path, 'matcher']);
  if (!matcher.ok) {
    problems.push(...matcher.error);
    return undefined;
  }
  return Object.freeze({
    op: 'test',
    criterion: test.criterion,
    subject: Object.freeze({ root: test.subject.root, path: Object.freeze([...test.subject.path]) }),
    subjectName: `${test.subject.root}.${printClaimPath(test.subject.path)}`,
    expected: matcher.value.expected,
    matches: matcher.value.test,
  });
}
