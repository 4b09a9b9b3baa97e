import { isObject, printClaimPath, type Json } from '../claims.ts';
import type { Effect, Facts, Outcome } from '../decision.ts';
import { err, ok, type Problem, type Result } from '../result.ts';
import { BOUNDS } from './bounds.ts';
import type { BlockOperator } from './kleene.ts';
import { compileMatcher } from './matcher.ts';
import type {
  Condition,
  ConditionCompiler,
  Expression,
  Matcher,
  PolicyMode,
  Rule,
  Subject,
  Test,
} from './model.ts';
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
  /** Ids of rules whose tokens are to be signed. */
  readonly signed: ReadonlySet<string>;
  /** Rule id → resources that its tokens open; a rule that opens everything is absent. */
  readonly resources: ReadonlyMap<string, readonly string[]>;
}

export interface CompileOptions {
  /** Absent: a policy with a condition does not compile. */
  readonly conditions?: ConditionCompiler | undefined;
}

export interface CompiledRule {
  readonly id: string;
  readonly effect: Effect;
  readonly mode: PolicyMode;
  readonly root: CompiledNode;
}

export type CompiledNode =
  | { readonly op: BlockOperator; readonly of: readonly CompiledNode[] }
  | CompiledTest
  | CompiledCondition
  | { readonly op: 'constant'; readonly criterion: 'accept' | 'reject' };

export interface CompiledTest {
  readonly op: 'test';
  readonly criterion: Criterion;
  readonly subject: Subject;
  /** The subject in words: `claims.sub`. */
  readonly subjectName: string;
  readonly expected: string;
  /** As it was written, for whoever reads policies and decides nothing. */
  readonly matcher: Matcher;
  readonly matches: (value: Json | undefined) => Outcome;
}

export interface CompiledCondition {
  readonly op: 'condition';
  readonly criterion: 'condition';
  readonly source: string;
  readonly holds: (facts: Facts) => Outcome;
}

type Path = readonly (string | number)[];

/** What one compilation needs everywhere in the tree, and what it has found so far. */
interface Compilation {
  readonly conditions: ConditionCompiler | undefined;
  readonly problems: Problem[];
  seenConditions: number;
}

/** Compiles rules. Paths of problems lead from the list of rules: `[2, 'when', 'of', 0]`. */
export function compilePolicy(
  rules: readonly Rule[],
  options: CompileOptions = {},
): Result<CompiledPolicy, readonly Problem[]> {
  if (rules.length > BOUNDS.rules)
    return err([
      { path: [], message: `a policy has at most ${BOUNDS.rules} rules, this one ${rules.length}` },
    ]);
  const problems: Problem[] = [];
  const compilation: Compilation = { conditions: options.conditions, problems, seenConditions: 0 };
  const compiled: CompiledRule[] = [];
  const ids = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    // Decisions cite rules by id: two rules of one name could not be told apart in the trail.
    if (ids.has(rule.id))
      problems.push({ path: [index, 'id'], message: `the rule id ${quote(rule.id)} is taken` });
    ids.add(rule.id);
    const root = compileNode(rule.when, [index, 'when'], 1, compilation);
    const { id, effect, mode = 'enforce' } = rule;
    if (root !== undefined) compiled.push(Object.freeze({ id, effect, mode, root }));
  }
  if (problems.length > 0) return err(problems);
  return ok(Object.freeze({ rules: Object.freeze(compiled) }));
}

function compileNode(
  expression: Expression,
  path: Path,
  depth: number,
  compilation: Compilation,
): CompiledNode | undefined {
  const { problems } = compilation;
  if (expression.op === 'test') return compileTest(expression, path, problems);
  if (expression.op === 'condition') return compileCondition(expression, path, compilation);
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
    const node = compileNode(child, [...path, 'of', index], depth + 1, compilation);
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
    matcher: frozenCopy(test.matcher) as Matcher,
    matches: matcher.value.test,
  });
}

/** Whoever wrote a rule may go on writing to it; what is compiled stays what was compiled. */
function frozenCopy(value: Json): Json {
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy));
  if (!isObject(value)) return value;
  return Object.freeze(
    Object.fromEntries(Object.entries(value).map(([name, part]) => [name, frozenCopy(part)])),
  );
}

function compileCondition(
  { source }: Condition,
  path: Path,
  compilation: Compilation,
): CompiledNode | undefined {
  compilation.seenConditions += 1;
  if (compilation.seenConditions > BOUNDS.conditions) {
    // Told once: a policy of thousands of conditions would else be answered by thousands of lines.
    if (compilation.seenConditions === BOUNDS.conditions + 1)
      compilation.problems.push({ path, message: `a policy has at most ${BOUNDS.conditions} conditions` });
    return undefined;
  }
  const holds = compilation.conditions?.(source);
  if (holds?.ok === true)
    return Object.freeze({ op: 'condition', criterion: 'condition', source, holds: holds.value });
  const message = holds?.error ?? 'the engine of conditions is not loaded, so no condition can be read';
  compilation.problems.push({ path, message });
  return undefined;
}
