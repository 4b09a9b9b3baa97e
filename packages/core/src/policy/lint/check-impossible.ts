import { printClaimPath } from '../../claims.ts';
import type { CompiledNode, CompiledRule, CompiledTest } from '../compile.ts';
import type { Matcher, Scalar } from '../model.ts';
import { reachOf, SOMEBODY } from '../reach.ts';
import type { AccessFinding } from './model.ts';

/**
 * Rules of an access policy that can never hold: an `and` asks for two methods at once, or for somebody who is a
 * person and a team. It says so only where it is certain.
 */
export function checkImpossible({ id, effect, root }: CompiledRule): readonly AccessFinding[] {
  const does = effect === 'allow' ? 'allows' : 'denies';
  const reach = reachOf(root, SOMEBODY);
  const speaks = reach.has(true) || (effect === 'deny' && reach.has('error'));
  // A deny whose conditions contradict each other still denies what cannot be evaluated.
  const why = speaks ? effect === 'allow' && contradiction(root) : 'nothing fulfils it';
  if (why === false || why === undefined) return [];
  return [{ lint: 'never-matches', rule: id, message: `this rule never ${does} anything: ${why}` }];
}

/** Why a condition never holds; `undefined` when it may. */
function contradiction(node: CompiledNode): string | undefined {
  if (node.op === 'or') {
    const reasons = node.of.map(contradiction);
    return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
  }
  if (node.op !== 'and') return undefined;
  const parts = node.of.flatMap(conjuncts);
  const inside = parts.map(contradiction).find((reason) => reason !== undefined);
  const tests = parts.filter((part) => part.op === 'test');
  return inside ?? twoParties(tests) ?? twoValues(tests);
}

function conjuncts(node: CompiledNode): readonly CompiledNode[] {
  return node.op === 'and' ? node.of.flatMap(conjuncts) : [node];
}

/** What only principals of one kind have. */
const KINDS: Readonly<Record<string, string>> = {
  domain: 'users',
  email: 'users',
  groups: 'users',
  user: 'users',
  team: 'tokens of teams',
  runner: 'tokens of runners',
};

function twoParties(tests: readonly CompiledTest[]): string | undefined {
  const kinds = new Set(
    tests
      // What is not there must not do: "not of that team" is true of people.
      .filter((test) => test.subject.root === 'principal' && test.matches(undefined) !== true)
      .flatMap(({ criterion }) => KINDS[criterion] ?? []),
  );
  const [one, other] = kinds;
  return one === undefined || other === undefined
    ? undefined
    : `it asks at once for what only ${one} have, and for what only ${other} have`;
}

/** Two demands on one value, of which the first names all that it takes, and none of them does for the others. */
function twoValues(tests: readonly CompiledTest[]): string | undefined {
  const groups = Map.groupBy(tests, ({ subject }) => `${subject.root}.${printClaimPath(subject.path)}`);
  for (const [name, group] of groups) {
    const isFolded = group.every(({ matcher }) => matcher.kind === 'folded');
    const values = group.map(({ matcher }) => valuesOf(matcher, isFolded)).find((list) => list !== undefined);
    if (group.length < 2 || values === undefined) continue;
    if (!values.some((value) => group.every((test) => test.matches(value) === true)))
      return `no value of ${name} is all that it asks for`;
  }
  return undefined;
}

/** All the values that a matcher takes; `undefined` when they cannot be listed. */
export function valuesOf(matcher: Matcher, isFolded: boolean): readonly Scalar[] | undefined {
  switch (matcher.kind) {
    case 'equals':
      return [matcher.value];
    case 'one_of':
      return matcher.values;
    case 'given':
      return valuesOf(matcher.of, isFolded);
    // Lower case stands for every spelling, where all who are asked look at it so.
    case 'folded':
      return isFolded ? valuesOf(matcher.of, isFolded) : undefined;
    default:
      return undefined;
  }
}
