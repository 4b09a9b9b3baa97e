import type { Decision, RuleTrace, TraceNode } from '../decision.ts';
import type { BlockOperator } from './kleene.ts';
import { CONDITION } from './trace.ts';
import { kindOf, listed, printable, quote } from './wording.ts';

/** A traced decision as lines of plain text. It words what it is given and decides nothing. */

/** An allow rule and how many of its conditions would have to turn out otherwise for it to hold. */
export interface NearMiss {
  readonly rule: RuleTrace;
  readonly conditions: number;
}

/** Rules told in full; the rest is counted. */
const RULES = 10;
/** Lines of one rule; the rest is counted. */
const LINES = 50;

const HEADING: Readonly<Record<BlockOperator, string>> = {
  and: 'all of these hold',
  or: 'at least one of these holds',
  not: 'none of these holds',
  nor: 'at least one of these does not hold',
};

/** The rules that an explanation tells of. */
interface Cast {
  readonly determining: readonly RuleTrace[];
  readonly audited: readonly RuleTrace[];
  readonly nearest: readonly NearMiss[];
}

/** The whole story: the answer, the rules that gave it, what came nearest when nothing allowed, what only watched. */
export function explanationLines(
  decision: Decision,
  { determining, audited, nearest }: Cast,
): readonly string[] {
  const lines = [headline(decision), ...rulesLines(determining, verdict, 'that decided')];
  for (const { rule, conditions } of nearest) {
    const missing = conditions === 1 ? '1 condition' : `${conditions} conditions`;
    lines.push(...ruleLines(rule, `came near: ${missing} away`));
  }
  lines.push(...rulesLines(audited, auditVerdict, 'in audit mode that matched'));
  return lines.map(printable);
}

function headline(decision: Decision): string {
  const rules = listed(decision.determining, 5);
  if (decision.effect === 'allow') return `Allowed by ${rules}.`;
  if (decision.determining.length > 0) return `Denied by ${rules}.`;
  if (decision.trace?.length === 0) return 'Denied: there are no rules, and what no rule allows is denied.';
  return 'Denied: no rule matched, and what no rule allows is denied.';
}

function rulesLines(
  rules: readonly RuleTrace[],
  remark: (rule: RuleTrace) => string,
  which: string,
): readonly string[] {
  const lines = rules.slice(0, RULES).flatMap((rule) => ruleLines(rule, remark(rule)));
  if (rules.length > RULES) lines.push(`… and ${rules.length - RULES} more rules ${which}`);
  return lines;
}

function verdict(rule: RuleTrace): string {
  return rule.outcome === 'error' ? 'could not be evaluated, so it denies' : 'matched';
}

function auditVerdict(rule: RuleTrace): string {
  const would = rule.effect === 'allow' ? 'would have allowed' : 'would have denied';
  return `${rule.outcome === 'error' ? 'could not be evaluated, so it ' : ''}${would} (audit mode)`;
}

function ruleLines(rule: RuleTrace, remark: string): readonly string[] {
  // The outermost `and` is how rules are written; a line for it would say nothing.
  const conditions =
    rule.root.op === 'and' ? rule.root.of.flatMap((node) => nodeLines(node, 1)) : nodeLines(rule.root, 1);
  const shown = conditions.slice(0, LINES);
  if (conditions.length > LINES) shown.push(`  … and ${conditions.length - LINES} more lines`);
  return [`${rule.rule} (${rule.effect}) ${remark}`, ...shown];
}

function nodeLines(node: TraceNode, indent: number): string[] {
  const start = `${'  '.repeat(indent)}${node.outcome === true ? '✓' : '✗'} `;
  if (node.op !== 'test')
    return [`${start}${HEADING[node.op]}:`, ...node.of.flatMap((child) => nodeLines(child, indent + 1))];
  // A condition may be written over several lines; it is told in one.
  return [`${start}${node.subject} ${node.expected.replace(/\s*\n\s*/g, ' ')}${seen(node)}`];
}

function seen(node: Extract<TraceNode, { op: 'test' }>): string {
  if (node.reason.endsWith('-unauthenticated')) return ' (nobody is authenticated)';
  if (node.subject === CONDITION) return node.outcome === 'error' ? ' (could not be evaluated)' : '';
  if (node.subject === 'everybody') return '';
  if (node.seen === undefined) return ' (absent)';
  if (node.outcome === 'error') return ` (${quote(node.seen)}: ${kindOf(node.seen)} cannot be compared so)`;
  return ` (seen ${quote(node.seen)})`;
}
