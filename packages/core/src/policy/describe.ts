import type { Effect } from '../decision.ts';
import type { CompiledNode, CompiledPolicy, CompiledRule, CompiledTest } from './compile.ts';
import { matcherWords } from './describe-matcher.ts';
import type { BlockOperator } from './kleene.ts';
import { mayOpenToNobody } from './opens-to-nobody.ts';
import { NOBODY, reachOf, SOMEBODY, type Reach } from './reach.ts';
import type { Criterion } from './reason.ts';
import { printable } from './wording.ts';

/**
 * An access policy in plain words: who may pass, and by which rule. It reads the very tree that `evaluate` walks, so
 * that it cannot speak of another policy; it decides nothing, and every rule of the policy is in it, in their order.
 */
export interface AccessDescription {
  /**
   * `anybody`: also who has shown nothing. `everybody`: whoever is somebody. `some`: whom a rule takes. `nobody`. Of the
   * first three each is less those whom a deny rule refuses.
   */
  readonly passes: 'anybody' | 'everybody' | 'some' | 'nobody';
  readonly rules: readonly RuleDescription[];
}

export interface RuleDescription {
  readonly rule: string;
  readonly effect: Effect;
  /** Present for a rule in audit mode, which decides nothing. */
  readonly mode?: 'audit';
  /** Of requests of somebody. `always` and `never` are certain; `sometimes` is everything else. */
  readonly holds: 'always' | 'never' | 'sometimes';
  /** It may let in also who has shown nothing. */
  readonly unasked?: true;
  readonly when: DescribedNode;
}

export type DescribedNode =
  | { readonly op: BlockOperator; readonly of: readonly DescribedNode[] }
  | { readonly criterion: Criterion; readonly text: string };

export function describeAccess(policy: CompiledPolicy): AccessDescription {
  return { passes: passesOf(policy), rules: policy.rules.map(describeRule) };
}

function describeRule({ id, effect, mode, root }: CompiledRule): RuleDescription {
  return {
    rule: id,
    effect,
    ...(mode === 'audit' ? { mode } : {}),
    holds: holdsOf(effect, reachOf(root, SOMEBODY)),
    ...(effect === 'allow' && mayOpenToNobody(root) ? { unasked: true } : {}),
    when: describeNode(root),
  };
}

/** A deny that cannot be evaluated denies: for it an error is as good as a yes. */
function holdsOf(effect: Effect, reach: Reach): RuleDescription['holds'] {
  const speaks = reach.has(true) || (effect === 'deny' && reach.has('error'));
  const isSilent = reach.has(false) || (effect === 'allow' && reach.has('error'));
  if (!speaks) return 'never';
  return isSilent ? 'sometimes' : 'always';
}

function passesOf({ rules }: CompiledPolicy): AccessDescription['passes'] {
  const enforced = rules.filter(({ mode }) => mode === 'enforce');
  const holding = (effect: Effect, holds: RuleDescription['holds']): boolean =>
    enforced.some((rule) => rule.effect === effect && holdsOf(effect, reachOf(rule.root, SOMEBODY)) === holds);
  if (holding('deny', 'always')) return 'nobody';
  const opens = enforced.some(
    ({ effect, root }) => effect === 'allow' && mayOpenToNobody(root) && isCertain(reachOf(root, NOBODY)),
  );
  if (opens) return 'anybody';
  if (holding('allow', 'always')) return 'everybody';
  return holding('allow', 'sometimes') ? 'some' : 'nobody';
}

function isCertain(reach: Reach): boolean {
  return reach.has(true) && reach.size === 1;
}

function describeNode(node: CompiledNode): DescribedNode {
  switch (node.op) {
    case 'constant':
      return {
        criterion: node.criterion,
        text: node.criterion === 'accept' ? 'whoever comes, signed in or not' : 'nobody, ever',
      };
    case 'condition':
      // It may be written over several lines; it is told in one.
      return { criterion: 'condition', text: printable(node.source.replace(/\s*\n\s*/g, ' ')) };
    case 'test':
      return { criterion: node.criterion, text: testWords(node) };
    case 'and':
    case 'or':
    case 'not':
    case 'nor':
      return { op: node.op, of: node.of.map(describeNode) };
  }
}

function testWords(test: CompiledTest): string {
  if (test.criterion === 'authenticated_user') return 'the caller has shown a token, whoever it is';
  if (test.criterion === 'cors_preflight') return 'it is a preflight of a browser';
  return printable(`${subjectWords(test)} ${matcherWords(test.matcher)}`);
}

const SUBJECTS: Partial<Readonly<Record<Criterion, string>>> = {
  actor: 'who acts for the caller',
  date: 'the time',
  day_of_week: 'the day',
  domain: 'the domain of their verified email',
  email: 'their verified email',
  groups: 'their list of groups',
  http_method: 'the method',
  http_path: 'the path',
  issuer: 'the issuer of the exchanged token',
  organization: 'the organization they are of',
  runner: 'the runner that the token is for',
  source_ip: 'the address of the caller',
  team: 'the team that the token is for',
  time_of_day: 'the time of day',
  token_type: 'the type of the token',
  user: 'the user',
};

/** Claims, and parts of a certificate, are named as they were written. */
function subjectWords({ criterion, subject, subjectName }: CompiledTest): string {
  if (criterion === 'client_certificate') return `the ${subject.path.at(-1) ?? ''} of their certificate`;
  return SUBJECTS[criterion] ?? subjectName;
}

const HEADINGS: Readonly<Record<BlockOperator, string>> = {
  and: 'all of these hold',
  or: 'one of these holds',
  not: 'none of these holds',
  nor: 'one of these does not hold',
};

/** Lines of one rule; the rest is counted. */
const MOST_LINES = 200;

/** The conditions of a rule as lines, indented by two spaces a level. */
export function describedLines(node: DescribedNode): readonly string[] {
  const lines = nodeLines(node, 0);
  const more = lines.length - MOST_LINES;
  return more > 0 ? [...lines.slice(0, MOST_LINES), `… and ${more} more lines`] : lines;
}

function nodeLines(node: DescribedNode, depth: number): readonly string[] {
  const indent = '  '.repeat(depth);
  if (!('op' in node)) return [`${indent}${node.text}`];
  // A block of one that does not negate says no more than what is in it.
  const [only] = node.of;
  const isPlain = node.op === 'and' || node.op === 'or';
  if (isPlain && node.of.length === 1 && only) return nodeLines(only, depth);
  return [`${indent}${HEADINGS[node.op]}:`, ...node.of.flatMap((child) => nodeLines(child, depth + 1))];
}
