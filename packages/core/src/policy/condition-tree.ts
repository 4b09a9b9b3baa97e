import { BOUNDS } from './bounds.ts';
import { listed, quote, suggestion } from './wording.ts';

/**
 * What a parsed condition may say. The language is larger than policies need: whatever is not on the lists below is
 * refused by name, so that nothing of it has to be trusted. Left out on purpose: `matches` (policies have no regular
 * expressions), timestamps (their getters depend on the time zone of the host), bytes, types and messages.
 */

/** A syntax tree, as far as it is looked at here. */
export interface Tree {
  readonly exprKind:
    | Kind<'constExpr', { readonly constantKind: { readonly case: string | undefined } }>
    | Kind<'identExpr', { readonly name: string }>
    | Kind<'selectExpr', { readonly operand?: Tree | undefined }>
    | Kind<'callExpr', Call>
    | Kind<'listExpr', { readonly elements: readonly Tree[] }>
    | Kind<'structExpr', { readonly messageName: string; readonly entries: readonly Entry[] }>
    | Kind<'comprehensionExpr', Comprehension>
    | { readonly case: undefined };
}

interface Kind<Case, Value> {
  readonly case: Case;
  readonly value: Value;
}

interface Call {
  readonly function: string;
  readonly target?: Tree | undefined;
  readonly args: readonly Tree[];
}

interface Entry {
  readonly keyKind: Kind<'mapKey', Tree> | { readonly case: 'fieldKey' | undefined };
  readonly value?: Tree | undefined;
}

/** What `all`, `exists`, `exists_one`, `map` and `filter` become. */
interface Comprehension {
  readonly iterVar: string;
  readonly iterRange?: Tree | undefined;
  readonly accuVar: string;
  readonly accuInit?: Tree | undefined;
  readonly loopCondition?: Tree | undefined;
  readonly loopStep?: Tree | undefined;
  readonly result?: Tree | undefined;
}

/** What a condition can read. */
export const VARIABLES = ['claims', 'principal', 'request'] as const;

const FUNCTIONS = ['size', 'contains', 'startsWith', 'endsWith', 'int', 'double', 'string'];
/** Expanded by the parser when they are written as they should be; else they are left as calls. */
const MACROS = ['has', 'all', 'exists', 'exists_one', 'map', 'filter'];
/** As the parser names them; nobody can write these names. */
const OPERATORS: ReadonlySet<string> = new Set(
  '_==_ _!=_ _<_ _<=_ _>_ _>=_ @in !_ -_ _&&_ _||_ _?_:_ _[_] _+_ _-_ _*_ _/_ _%_ @not_strictly_false'.split(
    ' ',
  ),
);
const CONSTANTS: ReadonlySet<string | undefined> = new Set([
  'nullValue',
  'boolValue',
  'int64Value',
  'doubleValue',
  'stringValue',
]);

/** What is wrong with a condition; `undefined` when nothing is. */
export function faultOf(tree: Tree): string | undefined {
  return faultAt(tree, VARIABLES, 1) ?? (mayHold(tree) ? undefined : 'this gives neither true nor false');
}

/** What of a call's result is known beforehand: a text, a number or a list, and never true or false. */
const NO_ANSWERS: ReadonlySet<string> = new Set('size int double string -_ _+_ _-_ _*_ _/_ _%_'.split(' '));

/** Whether a tree can give true or false; what stands in a claim may be either. */
function mayHold({ exprKind }: Tree): boolean {
  switch (exprKind.case) {
    case 'constExpr':
      return exprKind.value.constantKind.case === 'boolValue';
    case 'identExpr':
    case 'listExpr':
    case 'structExpr':
      return false;
    case 'callExpr': {
      const { function: name, args } = exprKind.value;
      return name === '_?_:_' ? args.slice(1).some(mayHold) : !NO_ANSWERS.has(name);
    }
    case 'comprehensionExpr':
      // `map` and `filter` gather a list, the others an answer.
      return exprKind.value.accuInit?.exprKind.case !== 'listExpr';
    default:
      return true;
  }
}

/** The parts of a node. */
export function partsOf({ exprKind }: Tree): readonly Tree[] {
  switch (exprKind.case) {
    case 'selectExpr':
      return present([exprKind.value.operand]);
    case 'callExpr':
      return present([exprKind.value.target, ...exprKind.value.args]);
    case 'listExpr':
      return exprKind.value.elements;
    case 'structExpr':
      return present(exprKind.value.entries.flatMap((entry) => [keyOf(entry), entry.value]));
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
      return present([iterRange, accuInit, loopCondition, loopStep, result]);
    }
    default:
      return [];
  }
}

function keyOf({ keyKind }: Entry): Tree | undefined {
  return keyKind.case === 'mapKey' ? keyKind.value : undefined;
}

function present(parts: readonly (Tree | undefined)[]): readonly Tree[] {
  return parts.filter((part) => part !== undefined);
}

/** How many nodes a tree has: what evaluating it once costs. */
export function sizeOf(tree: Tree): number {
  return partsOf(tree).reduce((size, part) => size + sizeOf(part), 1);
}

function faultAt(tree: Tree, names: readonly string[], depth: number): string | undefined {
  if (depth > BOUNDS.depth) return `a condition nests at most ${BOUNDS.depth} levels deep`;
  const fault = ownFault(tree, names);
  if (fault !== undefined) return fault;
  for (const part of partsOf(tree)) {
    const within = faultAt(part, namesFor(part, tree, names), depth + 1);
    if (within !== undefined) return within;
  }
  return undefined;
}

/** The names that a part of a node can use: the variables of a comprehension are unknown to the list it walks. */
function namesFor(part: Tree, { exprKind }: Tree, names: readonly string[]): readonly string[] {
  if (exprKind.case !== 'comprehensionExpr' || part === exprKind.value.iterRange) return names;
  return [...names, exprKind.value.iterVar, exprKind.value.accuVar];
}

/** What is wrong with a node itself. */
function ownFault({ exprKind }: Tree, names: readonly string[]): string | undefined {
  switch (exprKind.case) {
    case 'identExpr':
      return unknownName(exprKind.value.name, names);
    case 'callExpr':
      return unknownFunction(exprKind.value.function);
    case 'constExpr':
      if (CONSTANTS.has(exprKind.value.constantKind.case)) return undefined;
      return 'bytes and unsigned numbers are not for conditions: claims hold neither';
    case 'structExpr':
      return exprKind.value.messageName === '' ? undefined : 'there are no types of messages';
    case 'comprehensionExpr':
      return badLoop(exprKind.value, names);
    case undefined:
      return 'expected an expression';
    default:
      return undefined;
  }
}

function unknownName(name: string, names: readonly string[]): string | undefined {
  if (names.includes(name)) return undefined;
  return `unknown variable ${quote(name)}${suggestion(name, names)}; there are ${VARIABLES.join(', ')}`;
}

function unknownFunction(name: string): string | undefined {
  if (OPERATORS.has(name) || FUNCTIONS.includes(name)) return undefined;
  if (name === 'has') return '"has" takes a selection such as claims.sub';
  if (MACROS.includes(name))
    return `"${name}" is called on a list, with the name of a variable and an expression`;
  const all = [...FUNCTIONS, ...MACROS];
  return `there is no function ${quote(name)}${suggestion(name, all)}; there are ${listed(all, all.length)}`;
}

function badLoop({ iterVar, iterRange }: Comprehension, names: readonly string[]): string | undefined {
  // One level makes the work linear in the claims; two would make it quadratic, three cubic.
  if (names.length > VARIABLES.length || (iterRange !== undefined && hasLoop(iterRange)))
    return 'all, exists, exists_one, map and filter do not nest';
  const taken: readonly string[] = VARIABLES;
  return taken.includes(iterVar) ? `the name ${quote(iterVar)} is taken` : undefined;
}

function hasLoop(tree: Tree): boolean {
  return tree.exprKind.case === 'comprehensionExpr' || partsOf(tree).some(hasLoop);
}
