import { isObject, type Json } from '../../claims.ts';
import type { Effect } from '../../decision.ts';
import { err, type Problem, type Result } from '../../result.ts';
import { BOUNDS } from '../bounds.ts';
import { compilePolicy, type CompiledPolicy } from '../compile.ts';
import type { BlockOperator } from '../kleene.ts';
import type { Expression, Rule } from '../model.ts';
import { kindOf, quote, suggestion } from '../wording.ts';
import { refuse, type Path } from './claim-test.ts';
import { authenticatedUser, readCriterion } from './ppl-criteria.ts';

/**
 * PPL: who may pass a route. Each `and`, `or`, `not`, `nor` of an `allow` or `deny` is a rule of its own, so two of
 * them in one `allow` are alternatives. Every rule's id is the place of its block: `policy.allow.or`,
 * `policy[1].deny.not`. Nothing here is skipped: what cannot be read refuses the whole document.
 */

/** What a route says about access. All three may stand together; a deny of `policy` wins over the other two. */
export interface AccessDocument {
  readonly public?: true;
  readonly anyAuthenticated?: true;
  /** The PPL document as parsed JSON. */
  readonly policy?: Json;
}

const EFFECTS: readonly Effect[] = ['allow', 'deny'];
const OPERATORS: readonly BlockOperator[] = ['and', 'or', 'not', 'nor'];

/** Compiles a route's access; an empty document compiles to default deny. Paths of problems begin with `policy`. */
export function compileAccess(document: AccessDocument): Result<CompiledPolicy, readonly Problem[]> {
  const problems: Problem[] = [];
  const rules: Rule[] = [];
  if (document.public === true)
    rules.push({ id: 'public', effect: 'allow', when: { op: 'constant', criterion: 'accept' } });
  if (document.anyAuthenticated === true)
    rules.push({ id: 'allow_any_authenticated_user', effect: 'allow', when: authenticatedUser() });
  if (document.policy !== undefined) rules.push(...readPolicy(document.policy, problems));
  return problems.length > 0 ? err(problems) : compilePolicy(rules);
}

function readPolicy(policy: Json, problems: Problem[]): readonly Rule[] {
  if (!Array.isArray(policy)) return readEffects(policy, 'policy', ['policy'], problems);
  if (policy.length === 0 || policy.length > BOUNDS.entries) {
    refuse(problems, ['policy'], `expected 1 to ${BOUNDS.entries} policies, got ${policy.length}`);
    return [];
  }
  return policy.flatMap((item: Json, index) =>
    readEffects(item, `policy[${index}]`, ['policy', index], problems),
  );
}

/** `{ allow: …, deny: … }` */
function readEffects(document: Json, id: string, path: Path, problems: Problem[]): readonly Rule[] {
  return readKeys(document, EFFECTS, path, problems).flatMap(([effect, block]) =>
    readKeys(block, OPERATORS, [...path, effect], problems).flatMap(([op, criteria]) => {
      const when = readBlock(effect, op, criteria, [...path, effect, op], problems);
      return when === undefined ? [] : [{ id: `${id}.${effect}.${op}`, effect, when }];
    }),
  );
}

/** The entries of an object that may hold these keys and no others, and has to hold one. */
function readKeys<K extends string>(
  document: Json,
  keys: readonly K[],
  path: Path,
  problems: Problem[],
): readonly (readonly [K, Json])[] {
  if (!isObject(document)) {
    refuse(problems, path, `expected an object with ${keys.join(', ')}, got ${kindOf(document)}`);
    return [];
  }
  const entries = Object.entries(document);
  if (entries.length === 0) refuse(problems, path, `expected one or more of ${keys.join(', ')}`);
  return entries.flatMap(([written, value]) => {
    const key = keys.find((known) => known === written);
    if (key !== undefined) return [[key, value] as const];
    refuse(problems, [...path, written], `unknown key ${quote(written)}${suggestion(written, keys)}`);
    return [];
  });
}

function readBlock(
  effect: Effect,
  op: BlockOperator,
  criteria: Json,
  path: Path,
  problems: Problem[],
): Expression | undefined {
  if (!Array.isArray(criteria))
    return refuse(problems, path, `expected a list of criteria, got ${kindOf(criteria)}`);
  if (criteria.length === 0 || criteria.length > BOUNDS.entries)
    return refuse(problems, path, `expected 1 to ${BOUNDS.entries} criteria, got ${criteria.length}`);
  const of: Expression[] = [];
  for (const [index, criterion] of criteria.entries()) {
    const expression = readItem(effect, criterion, [...path, index], problems);
    if (expression !== undefined) of.push(expression);
  }
  if (of.length === 0) return undefined;
  // As with negative operators (see ppl-criteria): "none of these" is true of nobody, who must not get in by it.
  const negative = op === 'not' || op === 'nor';
  return effect === 'allow' && negative ? { op: 'and', of: [authenticatedUser(), { op, of }] } : { op, of };
}

function readItem(effect: Effect, criterion: Json, path: Path, problems: Problem[]): Expression | undefined {
  if (!isObject(criterion))
    return refuse(problems, path, `expected a criterion such as { domain: … }, got ${kindOf(criterion)}`);
  const entries = Object.entries(criterion);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1)
    return refuse(problems, path, `a criterion has exactly one key, this one ${entries.length}`);
  const [name, data] = entry;
  return readCriterion(name, data, { effect, path: [...path, name], problems });
}
