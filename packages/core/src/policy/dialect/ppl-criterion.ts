import type { Json } from '../../claims.ts';
import type { Effect } from '../../decision.ts';
import type { RequestFact } from '../../request-facts.ts';
import type { Problem } from '../../result.ts';
import type { ConditionCompiler, Expression, Matcher, Subject, Test } from '../model.ts';
import type { Criterion } from '../reason.ts';
import { kindOf } from '../wording.ts';
import { refuse, type Path } from './claim-test.ts';
import { readOperators, type Operand, type OperatorFamily } from './ppl-operators.ts';

/**
 * What a criterion of PPL is, and the three ways to make one: it asks nothing, it asks about the caller, it asks about
 * the request. Whatever is about the caller must never be true of nobody.
 */
export interface PplCriterion {
  readonly name: Criterion;
  /** What its value may say; {@link BARE} where a value may stand alone. A test has a case for each. */
  readonly operators: readonly string[];
  /** Fact of the request that it cannot do without. */
  readonly needs?: RequestFact;
  readonly read: (data: Json, place: Place) => Expression | undefined;
}

/** A value without an operator. */
export const BARE = '';

/** Where a criterion stands, and what it is read with. */
export interface Place {
  readonly effect: Effect;
  readonly path: Path;
  readonly problems: Problem[];
  /** Facts that somebody supplies; absent: all of them. */
  readonly facts?: ReadonlySet<RequestFact> | undefined;
  readonly conditions?: ConditionCompiler | undefined;
}

/** A criterion that asks nothing: its value must be `true`, for `accept: false` could mean two things. */
export function flag(name: Criterion, expression: Expression, needs?: RequestFact): PplCriterion {
  return {
    name,
    operators: [BARE],
    ...(needs === undefined ? {} : { needs }),
    read: (data, { path, problems }) =>
      data === true
        ? expression
        : refuse(problems, path, `expected true, got ${data === false ? 'false' : kindOf(data)}`),
  };
}

/** Holds when somebody, or some machine, has been authenticated. */
export function authenticatedUser(): Test {
  return {
    op: 'test',
    criterion: 'authenticated_user',
    subject: { root: 'principal', path: ['id'] },
    matcher: { kind: 'present', value: true },
  };
}

/** Holds of a preflight. */
export function corsPreflight(): Test {
  return ofRequest('cors_preflight', ['cors_preflight'], { kind: 'equals', value: true });
}

export function aboutPrincipal(name: Criterion, fact: string, family: OperatorFamily): PplCriterion {
  const subject: Subject = { root: 'principal', path: [fact] };
  return {
    name,
    operators: operatorsOf(family),
    read: (data, { effect, path, problems }) =>
      together(
        readOperators(family, data, path, problems).map((operand) =>
          askingSomebody(operand, effect, (matcher) => ({ op: 'test', criterion: name, subject, matcher })),
        ),
      ),
  };
}

/** About the token of the caller: a fact of the request, and as a question one about somebody. */
export function aboutToken(name: Criterion, fact: string, family: OperatorFamily): PplCriterion {
  const subject: Subject = { root: 'request', path: ['token', fact] };
  return {
    name,
    operators: operatorsOf(family),
    needs: 'token',
    read: (data, { effect, path, problems }) =>
      together(
        readOperators(family, data, path, problems).map((operand) =>
          askingSomebody(operand, effect, (of) => ({
            op: 'test',
            criterion: name,
            subject,
            matcher: { kind: 'given', of },
          })),
        ),
      ),
  };
}

export function aboutRequest(name: Criterion, needs: RequestFact, family: OperatorFamily): PplCriterion {
  return {
    name,
    operators: operatorsOf(family),
    needs,
    read: (data, { path, problems }) =>
      together(
        readOperators(family, data, path, problems).map((operand) =>
          ofRequest(name, [needs], plain(operand)),
        ),
      ),
  };
}

/** A test of a fact of the request: when nobody supplied it, it cannot be evaluated. */
export function ofRequest(criterion: Criterion, path: readonly string[], of: Matcher): Test {
  return {
    op: 'test',
    criterion,
    subject: { root: 'request', path },
    matcher: { kind: 'given', of },
  };
}

/** An operand as one matcher: a request is always there, so that a negation says what it seems to say. */
function plain({ matcher, negated }: Operand): Matcher {
  return negated ? { kind: 'not', of: matcher } : matcher;
}

/**
 * A negation is true of nobody: "not mallory" in an allow would let in everybody who has not signed in. So in an
 * allow it asks for somebody as well, and in a deny it stays true of nobody. Both ways nobody is kept out.
 */
export function askingSomebody(
  operand: Operand,
  effect: Effect,
  test: (matcher: Matcher) => Test,
): Expression {
  const positive = test(operand.matcher);
  if (!operand.negated) return positive;
  if (effect === 'deny') return { op: 'not', of: [positive] };
  return { op: 'and', of: [authenticatedUser(), test({ kind: 'not', of: operand.matcher })] };
}

export function together(conditions: readonly Expression[]): Expression | undefined {
  return conditions.length > 1 ? { op: 'and', of: conditions } : conditions[0];
}

export function operatorsOf({ names }: OperatorFamily): readonly string[] {
  return [BARE, ...names];
}
