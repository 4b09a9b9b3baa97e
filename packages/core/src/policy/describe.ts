import type { Effect } from '../decision.ts';
import type { CompiledNode, CompiledPolicy, CompiledRule, CompiledTest } from './compile.ts';
import { matcherWords } from './describe-matcher.ts';
import type { BlockOperator } from './kleene.ts';
import { mayOpenToNobody } from './opens-to-nobody.ts';
import { NOBODY, reachOf, SOMEBODY, type Known, type Reach } from './reach.ts';
import type { Criterion } from './reason.ts';
import { printable } from './wording.ts';

/**
 * An access policy in plain words: who may pass, and by which rule. It reads the very tree that `evaluate` walks, so
 * that it cannot speak of another policy; it decides nothing, and every rule of the policy is in it, in their order.
 */
export interface AccessDescription {
  /**
   * `anybody`: also who has shown nothing. `everybody`: whoever is somebody. Both are less those whom a deny refuses.
   * `some`: whom a rule takes. `nobody`: no request passes.
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

/** What comes of it for somebody, and for who has shown nothing: a deny may hold of the one and not of the other. */
function passesOf({ rules }: CompiledPolicy): AccessDescription['passes'] {
  const enforced = rules.filter(({ mode }) => mode === 'enforce');
  const allows = enforced.filter(({ effect }) => effect === 'allow');
  const denies = enforced.filter(({ effect }) => effect === 'deny');
  // Who has shown nothing is asked who they are, unless a rule speaks of them (see opens-to-nobody).
  const opening = allows.filter(({ root }) => mayOpenToNobody(root));
  const somebody = verdict(allows, denies, SOMEBODY);
  const nobody = verdict(opening, denies, NOBODY);
  if (somebody === 'all') return nobody === 'all' ? 'anybody' : 'everybody';
  return somebody === 'none' && nobody === 'none' ? 'nobody' : 'some';
}

/** Whom the rules take, of those of whom this much is known; `all` are less those whom a deny refuses. */
function verdict(
  allows: readonly CompiledRule[],
  denies: readonly CompiledRule[],
  known: Known,
): 'all' | 'some' | 'none' {
  const reaches = allows.map(({ effect, root }) => holdsOf(effect, reachOf(root, known)));
  const isShut = denies.some(({ effect, root }) => holdsOf(effect, reachOf(root, known)) === 'always');
  if (isShut || reaches.every((holds) => holds === 'never')) return 'none';
  return reaches.includes('always') ? 'all' : 'some';
}

const PASSES: Readonly<Record<AccessDescription['passes'], string>> = {
  anybody: 'anybody, signed in or not',
  everybody: 'everybody of its organizations',
  some: 'whom a rule allows',
  nobody: 'nobody',
};

/** Who may pass, in a few words: `whom a rule allows, and none of 2 denies`. */
export function accessWords({ passes, rules }: AccessDescription): string {
  const denies = rules.filter(({ effect, mode }) => effect === 'deny' && mode === undefined).length;
  if (denies === 0 || passes === 'nobody') return PASSES[passes];
  const joined = passes === 'some' ? ' and' : ', if';
  return `${PASSES[passes]}${joined} ${denies === 1 ? 'no rule' : `none of ${denies} rules`} denies`;
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
  if (test.criterion === 'client_certificate' && asksPresence(test)) return 'they have shown a certificate';
  return printable(`${subjectWords(test)} ${matcherWords(test.matcher)}`);
}

function asksPresence({ matcher }: CompiledTest): boolean {
  return matcher.kind === 'given' && matcher.of.kind === 'present' && matcher.of.value;
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

const CERTIFICATE: Readonly<Record<string, string>> = {
  fingerprint: 'the fingerprint of their certificate',
  spki_hash: 'the hash of the public key of their certificate',
  san_dns: 'the list of DNS names of their certificate',
  san_email: 'the list of emails of their certificate',
  san_uri: 'the list of URIs of their certificate',
};

/** Claims are named as they were written. */
function subjectWords({ criterion, subject, subjectName }: CompiledTest): string {
  if (criterion === 'client_certificate') return CERTIFICATE[subject.path.at(-1) ?? ''] ?? subjectName;
  return SUBJECTS[criterion] ?? subjectName;
}
