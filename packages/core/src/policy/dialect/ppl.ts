import { isObject, type Json } from '../../claims.ts';
import type { Effect } from '../../decision.ts';
import type { RequestFact } from '../../request-facts.ts';
import { err, type Problem, type Result } from '../../result.ts';
import { BOUNDS } from '../bounds.ts';
import { compilePolicy, type CompiledPolicy, type CompileOptions } from '../compile.ts';
import type { BlockOperator } from '../kleene.ts';
import type { Expression, Rule } from '../model.ts';
import { kindOf, quote, suggestion } from '../wording.ts';
import { allowedRules, type AllowedCallers } from './allowed-callers.ts';
import { refuse, type Path } from './claim-test.ts';
import { readCriterion } from './ppl-criteria.ts';
import { authenticatedUser, corsPreflight, type Place } from './ppl-criterion.ts';

/**
 * PPL: who may pass a route. Each `and`, `or`, `not`, `nor` of an `allow` or `deny` is a rule of its own, so two of
 * them in one `allow` are alternatives; inside a block they nest. Every rule's id is the place of its block:
 * `policy.allow.or`, `policy[1].deny.not`. Nothing here is skipped: what cannot be read refuses the whole document.
 */

/** What a route says about access. All may stand together; a deny of `policy` wins over the others. */
export interface AccessDocument extends AllowedCallers {
  readonly public?: true;
  readonly anyAuthenticated?: true;
  /** Preflights of browsers, which carry no credential (Fetch standard, "CORS-preflight request"). */
  readonly corsPreflight?: true;
  /** The PPL document as parsed JSON. */
  readonly policy?: Json;
}

export interface AccessOptions extends CompileOptions {
  /** Facts of the request that whoever decides supplies; absent: all. A criterion that needs another is refused. */
  readonly facts?: ReadonlySet<RequestFact> | undefined;
}

const EFFECTS: readonly Effect[] = ['allow', 'deny'];
const OPERATORS: readonly BlockOperator[] = ['and', 'or', 'not', 'nor'];

/** Compiles a route's access; an empty document compiles to default deny. Paths of problems begin with the key. */
export function compileAccess(
  document: AccessDocument,
  options: AccessOptions = {},
): Result<CompiledPolicy, readonly Problem[]> {
  const problems: Problem[] = [];
  const rules: Rule[] = [];
  if (document.public === true)
    rules.push({ id: 'public', effect: 'allow', when: { op: 'constant', criterion: 'accept' } });
  if (document.anyAuthenticated === true)
    rules.push({ id: 'allow_any_authenticated_user', effect: 'allow', when: authenticatedUser() });
  if (document.corsPreflight === true)
    rules.push({ id: 'cors_allow_preflight', effect: 'allow', when: corsPreflight() });
  rules.push(...allowedRules(document, problems));
  if (document.policy !== undefined) rules.push(...readPolicy(document.policy, { ...options, problems }));
  if (problems.length > 0) return err(problems);
  const compiled = compilePolicy(rules, options);
  // What one block cannot show (too many rules, too many conditions) is the whole policy's.
  return compiled.ok ? compiled : err(compiled.error.map(({ message }) => ({ path: ['policy'], message })));
}

/** What every part of the document is read with. */
type Reading = Pick<Place, 'problems' | 'facts' | 'conditions'>;

function readPolicy(policy: Json, reading: Reading): readonly Rule[] {
  if (!Array.isArray(policy)) return readEffects(policy, 'policy', ['policy'], reading);
  if (policy.length === 0 || policy.length > BOUNDS.entries) {
    refuse(reading.problems, ['policy'], `expected 1 to ${BOUNDS.entries} policies, got ${policy.length}`);
    return [];
  }
  return policy.flatMap((item: Json, index) =>
    readEffects(item, `policy[${index}]`, ['policy', index], reading),
  );
}

/** `{ allow: …, deny: … }` */
function readEffects(document: Json, id: string, path: Path, reading: Reading): readonly Rule[] {
  return readKeys(document, EFFECTS, path, reading.problems).flatMap(([effect, block]) =>
    readKeys(block, OPERATORS, [...path, effect], reading.problems).flatMap(([op, criteria]) => {
      const place = { ...reading, effect, path: [...path, effect, op] };
      const when = readBlock(op, criteria, place, 1);
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

function readBlock(op: BlockOperator, criteria: Json, place: Place, depth: number): Expression | undefined {
  const { effect, path, problems } = place;
  if (depth > MOST_NESTED) return refuse(problems, path, `blocks nest at most ${MOST_NESTED} levels deep`);
  if (!Array.isArray(criteria))
    return refuse(problems, path, `expected a list of criteria, got ${kindOf(criteria)}`);
  if (criteria.length === 0 || criteria.length > BOUNDS.entries)
    return refuse(problems, path, `expected 1 to ${BOUNDS.entries} criteria, got ${criteria.length}`);
  const of: Expression[] = [];
  for (const [index, criterion] of criteria.entries()) {
    const expression = readItem(criterion, { ...place, path: [...path, index] }, depth);
    if (expression !== undefined) of.push(expression);
  }
  if (of.length === 0) return undefined;
  // As with negative operators (see ppl-criterion): "none of these" is true of nobody, who must not get in by it.
  const negative = op === 'not' || op === 'nor';
  return effect === 'allow' && negative ? { op: 'and', of: [authenticatedUser(), { op, of }] } : { op, of };
}

/** A negative block of an allow takes two levels of the engine's, and its criteria one more. */
const MOST_NESTED = Math.floor(BOUNDS.depth / 2) - 1;

/** A criterion, or a block inside a block. */
function readItem(item: Json, place: Place, depth: number): Expression | undefined {
  const { path, problems } = place;
  if (!isObject(item))
    return refuse(problems, path, `expected a criterion such as { domain: … }, got ${kindOf(item)}`);
  const entries = Object.entries(item);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1)
    return refuse(problems, path, `a criterion has exactly one key, this one ${entries.length}`);
  const [name, data] = entry;
  const inside = { ...place, path: [...path, name] };
  const op = OPERATORS.find((known) => known === name);
  return op === undefined ? readCriterion(name, data, inside) : readBlock(op, data, inside, depth + 1);
}
