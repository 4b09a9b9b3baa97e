import {
  celEnv,
  celFunc,
  celList,
  celMap,
  celMethod,
  CelScalar,
  isCelList,
  isCelMap,
  listType,
  mapType,
  parse,
  plan,
  type CelList,
  type CelMap,
  type CelValue,
} from '@bufbuild/cel';
import { isObject, type Claims, type Json } from '../claims.ts';
import type { Facts, Outcome } from '../decision.ts';
import { err, ok, type Result } from '../result.ts';
import { BOUNDS } from './bounds.ts';
import { nestingOf } from './condition-depth.ts';
import { faultOf, partsOf, sizeOf, VARIABLES } from './condition-tree.ts';
import type { ConditionCompiler } from './model.ts';

/**
 * Conditions in CEL. The one file that knows the library: it is large, so whoever needs it loads it when it does, and
 * it is not ours, so nothing gets to it that was not measured, and nothing comes back but true, false or "error". What
 * it does to texts and lists is replaced below by functions that count their work. Never hand an object of ours to it.
 */

/** Characters of a source. */
export const MAX_SOURCE = 2_048;
/** Units of work of one evaluation; a unit is a node evaluated, or a value compared. */
const WORK = 20_000;
/** Characters of a text that `+` makes: as many as a token may have. */
const MAX_TEXT = 16_384;

type Expr = ReturnType<typeof parse>['expr'];

/**
 * Compiles a condition: CEL over `claims`, `principal` and `request`, which has to give true or false.
 *
 * JSON has one kind of number and CEL two. A whole number that JSON can hold exactly is an `int`, every other number a
 * `double`: `claims.run_attempt == 1` holds for 1, `claims.exp - claims.iat <= 3600` and `claims.list[claims.at]` work,
 * and comparisons between the two kinds are by value. Arithmetic does not mix kinds: write `double(claims.n) * 1.5`.
 * A number written as text is `int(claims.run_attempt)`; only decimal digits are one. JSON `null` is there, as `null`.
 *
 * What cannot be evaluated (a claim that is not there, a type that does not fit, a result that is neither true nor
 * false, more than {@link WORK} units of it) gives "error".
 */
export const celConditions: ConditionCompiler = (source) => {
  if (source.length > MAX_SOURCE) return err(`a condition has at most ${MAX_SOURCE} characters`);
  if (nestingOf(source) > BOUNDS.depth) return err(`a condition nests at most ${BOUNDS.depth} levels deep`);
  const parsed = parsedSource(source);
  if (!parsed.ok) return parsed;
  const fault = faultOf(parsed.value);
  if (fault !== undefined) return err(fault);
  meterLoops(parsed.value);
  const answer = plan(environment, parsed.value);
  return ok((facts) => evaluated(answer, facts));
};

/** The library says by exception that a source is none. */
function parsedSource(source: string): Result<Expr, string> {
  try {
    return ok(parse(source).expr);
  } catch (fault) {
    const message = fault instanceof Error ? fault.message : '';
    return err(`not an expression of CEL: ${message.replace(/^<input>:/, 'at ').slice(0, 200)}`);
  }
}

function evaluated(answer: (variables: Record<string, CelMap>) => unknown, facts: Facts): Outcome {
  const variables = boundVariables(facts);
  if (variables === undefined) return 'error';
  left = WORK;
  const value = answer(variables);
  // Also when an `||` has absorbed the operation that was one too many: what came after was not looked at in full.
  return typeof value === 'boolean' && left >= 0 ? value : 'error';
}

/** Units left to the evaluation under way. Evaluation is synchronous and calls nobody: there is only ever one. */
let left = 0;

/** Exceptions are how a function tells the library that it has no result. */
function spend(units: number): void {
  left -= units;
  if (left < 0) throw new Error('too much work');
}

/** Lets every loop pay beforehand for its rounds: in place of the list `L` that it walks it gets `each(L, PRICE)`. */
function meterLoops(tree: Expr): void {
  // The parts of a tree of the library are its trees.
  for (const part of partsOf(tree) as readonly Expr[]) meterLoops(part);
  if (tree.exprKind.case !== 'comprehensionExpr') return;
  const loop = tree.exprKind.value;
  const rounds = [loop.loopCondition, loop.loopStep].filter((part) => part !== undefined);
  const price = rounds.reduce((size, part) => size + sizeOf(part), 0);
  const { expr: call } = parse(`each(null, ${price})`);
  if (call.exprKind.case !== 'callExpr' || loop.iterRange === undefined) return;
  call.exprKind.value.args[0] = loop.iterRange;
  loop.iterRange = call;
}

const { BOOL, DOUBLE, DYN, INT, STRING } = CelScalar;
const LIST = listType(DYN);
const MAP = mapType(DYN, DYN);

/** What the library does without bound, or generously, done again. `each` cannot be written: it is no function of the list. */
const environment = celEnv({
  funcs: [
    celFunc('each', [LIST, INT], LIST, paidFor),
    celFunc('each', [MAP, INT], MAP, paidFor),
    celFunc('_==_', [DYN, DYN], BOOL, same),
    celFunc('_!=_', [DYN, DYN], BOOL, (one, other) => !same(one, other)),
    celFunc('@in', [DYN, LIST], BOOL, (value, list) => holds(list, value)),
    celFunc('_+_', [LIST, LIST], LIST, joinedLists),
    celFunc('_+_', [STRING, STRING], STRING, joinedTexts),
    celFunc('size', [STRING], INT, characters),
    celMethod('size', STRING, [], INT, function () {
      return characters(this);
    }),
    celMethod('contains', STRING, [STRING], BOOL, function (part) {
      // The search may look at every character of one for every character of the other.
      spend(1 + (this.length * part.length) / 4_096);
      return this.includes(part);
    }),
    celFunc('int', [STRING], INT, (text) => BigInt(decimal(text, /^-?[0-9]{1,18}$/))),
    celFunc('double', [STRING], DOUBLE, (text) => Number(decimal(text, /^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$/))),
  ],
});

function paidFor<T extends CelList | CelMap>(walked: T, price: bigint): T {
  spend(walked.size * Number(price));
  return walked;
}

/** Equality by value, as CEL has it: 1 equals 1.0, and nothing equals a value of another type. */
function same(one: CelValue, other: CelValue): boolean {
  spend(1);
  if (isCelList(one) && isCelList(other)) return sameLists(one, other);
  if (isCelMap(one) && isCelMap(other)) return sameMaps(one, other);
  if (typeof one === 'bigint' && typeof other === 'number') return sameNumber(one, other);
  if (typeof one === 'number' && typeof other === 'bigint') return sameNumber(other, one);
  return one === other;
}

/** Item by item, here and below: what is not compared must not be copied either, or the copy would cost uncounted. */
function holds(list: CelList, value: CelValue): boolean {
  for (const item of list) if (same(item, value)) return true;
  return false;
}

function sameLists(one: CelList, other: CelList): boolean {
  if (one.size !== other.size) return false;
  let index = 0;
  for (const item of one) {
    const match = other.get(index);
    if (match === undefined || !same(item, match)) return false;
    index += 1;
  }
  return true;
}

function sameMaps(one: CelMap, other: CelMap): boolean {
  if (one.size !== other.size) return false;
  for (const [key, value] of one) {
    const match = other.get(key);
    if (match === undefined || !same(value, match)) return false;
  }
  return true;
}

function sameNumber(int: bigint, double: number): boolean {
  return Number.isInteger(double) && BigInt(double) === int;
}

function joinedLists(one: CelList, other: CelList): CelList {
  // `map` and `filter` copy their list once a round.
  spend(1 + (one.size + other.size) / 16);
  return celList([...one, ...other]);
}

function joinedTexts(one: string, other: string): string {
  if (one.length + other.length > MAX_TEXT) throw new Error('too long');
  return one + other;
}

function characters(text: string): bigint {
  spend(1 + text.length / 16);
  return BigInt(Array.from(text).length);
}

function decimal(text: string, form: RegExp): string {
  if (!form.test(text)) throw new Error('no decimal number');
  return text;
}

/** The facts as CEL sees them: copies without a prototype, from which no path leads to an object of the program. */
function boundVariables(facts: Facts): Record<string, CelMap> | undefined {
  const variables: Record<string, CelMap> = Object.create(null) as Record<string, CelMap>;
  for (const name of VARIABLES) {
    const root = facts[name];
    if (root === undefined) continue;
    // Never deeper than a condition could look, so that no claim is deep enough to break a loop of ours.
    if (!isShallow(root, BOUNDS.depth)) return undefined;
    variables[name] = mapOf(root);
  }
  return variables;
}

function isShallow(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((part: Json) => isShallow(part, levels - 1));
}

function valueOf(value: Json): CelValue {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  return isObject(value) ? mapOf(value) : celList(value.map(valueOf));
}

function mapOf(object: Claims): CelMap {
  const entries = new Map(Object.entries(object).map(([key, value]) => [key, valueOf(value)]));
  // JSON has keys of text alone. The library would look through all keys for a number, and take null for absent.
  return Object.assign(celMap(entries), {
    get: (key: unknown) => (typeof key === 'string' ? entries.get(key) : undefined),
    has: (key: unknown) => typeof key === 'string' && entries.has(key),
  });
}
