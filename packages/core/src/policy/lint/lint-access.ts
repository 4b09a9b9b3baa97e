import type { CompiledNode, CompiledPolicy, CompiledRule } from '../compile.ts';
import { describeAccess } from '../describe.ts';
import { mayOpenToNobody } from '../opens-to-nobody.ts';
import { reachOf, SOMEBODY } from '../reach.ts';
import type { Criterion } from '../reason.ts';
import { checkImpossible } from './check-impossible.ts';
import { checkNobody } from './check-nobody.ts';
import type { AccessFinding } from './model.ts';

/**
 * Lint of an access policy: rules that let in whom nobody meant, and rules that do nothing. All are warnings: who may
 * use a service is for whoever runs it to say, and a policy that is narrower than it looks harms nobody but them.
 */
export function lintAccess(policy: CompiledPolicy): readonly AccessFinding[] {
  const enforced = policy.rules.filter(({ mode }) => mode === 'enforce');
  const covering = enforced.find(takesEverybody);
  const rules = enforced.flatMap((rule) => [...checkNobody(rule), ...checkRule(rule, covering)]);
  return [...rules, ...checkPassage(policy)];
}

function checkRule(rule: CompiledRule, covering: CompiledRule | undefined): readonly AccessFinding[] {
  const impossible = checkImpossible(rule);
  if (impossible.length > 0 || rule.effect === 'deny') return impossible;
  return covering === undefined ? checkRequestOnly(rule) : checkCovered(rule, covering);
}

/** Criteria that say nothing about who is asking. A certificate does: whoever shows it has it. */
const ABOUT_REQUEST: ReadonlySet<Criterion> = new Set<Criterion>([
  'date',
  'day_of_week',
  'http_method',
  'http_path',
  'source_ip',
  'time_of_day',
]);

/**
 * "GET" beside "of this team" in an `or` reads as a narrowing and is the opposite: everybody may GET. Whoever means
 * that says so with `authenticated_user` in an `and` beside it, or with `accept`.
 */
function checkRequestOnly({ id, root }: CompiledRule): readonly AccessFinding[] {
  const asked = unasked(root);
  if (asked === undefined) return [];
  const message = `everybody whom the organization vouches for passes, by ${asked} alone; say who may, or write authenticated_user: true beside it`;
  return [{ lint: 'request-only', rule: id, message }];
}

/** The criterion about the request that suffices for somebody of whom nothing is asked; `undefined`: there is none. */
function unasked(node: CompiledNode): Criterion | undefined {
  switch (node.op) {
    case 'constant':
    case 'condition':
      return undefined;
    case 'test':
      return ABOUT_REQUEST.has(node.criterion) ? node.criterion : undefined;
    case 'or':
      return node.of.map(unasked).find((criterion) => criterion !== undefined);
    case 'and':
      return unaskedAnd(node.of);
    case 'not':
    case 'nor':
      return onlyAboutRequest(node.of);
  }
}

function unaskedAnd(of: readonly CompiledNode[]): Criterion | undefined {
  const [first, second] = of;
  // "None of these" in an allow asks for somebody of itself (see ppl): that was not written by anybody.
  const isNegation = of.length === 2 && (second?.op === 'not' || second?.op === 'nor');
  if (isNegation && first && isAuthenticated(first)) return unasked(second);
  const found = of.map(unasked);
  return found.every((criterion) => criterion !== undefined) ? found[0] : undefined;
}

function isAuthenticated(node: CompiledNode): boolean {
  return node.op === 'test' && node.criterion === 'authenticated_user';
}

function onlyAboutRequest(of: readonly CompiledNode[]): Criterion | undefined {
  const leaves = of.flatMap(testsOf);
  return leaves.every((criterion) => ABOUT_REQUEST.has(criterion)) ? leaves[0] : undefined;
}

function testsOf(node: CompiledNode): readonly Criterion[] {
  return 'of' in node ? node.of.flatMap(testsOf) : [node.criterion];
}

function takesEverybody({ effect, root }: CompiledRule): boolean {
  const reach = reachOf(root, SOMEBODY);
  return effect === 'allow' && reach.has(true) && reach.size === 1;
}

/** Beside a rule that takes everybody, every other that allows is there in vain, and looks like a limit. */
function checkCovered(rule: CompiledRule, covering: CompiledRule): readonly AccessFinding[] {
  // Some let in who has shown nothing, and "everybody" is whoever has signed in.
  if (rule === covering || mayOpenToNobody(rule.root)) return [];
  const message = `${covering.id} lets everybody pass already, so this rule limits nobody`;
  return [{ lint: 'everybody-already', rule: rule.id, message }];
}

function checkPassage(policy: CompiledPolicy): readonly AccessFinding[] {
  if (describeAccess(policy).passes !== 'nobody') return [];
  return [
    { lint: 'nobody-passes', message: 'nobody can pass: no rule that allows can hold, or one denies all' },
  ];
}
