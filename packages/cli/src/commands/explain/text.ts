import { isObject, type Claims, type Json } from '@countersign/core';
import type { Deps } from '../../deps.ts';
import { paint } from '../../output.ts';
import { printable } from '../../printable.ts';

/** What is shown of a decision before its explanation, in this order. */
const FIELDS = [
  'id',
  'time',
  'kind',
  'code',
  'issuer',
  'subject',
  'audience',
  'route',
  'principal',
  'remoteAddress',
] as const;

/** A decision for a person: what, about whom, and the explanation line by line. */
export function explanationText(decision: Claims, deps: Deps): readonly string[] {
  const allowed = decision['effect'] === 'allow';
  const headline = paint(deps.stdout, deps.env, allowed ? 'green' : 'red', allowed ? 'ALLOWED' : 'REFUSED');
  const fields = FIELDS.flatMap((name) => {
    const value = decision[name];
    return value === undefined ? [] : [`  ${name.padEnd(14)} ${printable(value)}`];
  });
  const lines = listOf(decision['explanation']).map((line) => `  ${printable(line)}`);
  return [
    headline + provisos(decision),
    ...fields,
    ...steps(decision),
    '',
    ...lines,
    ...otherRules(decision),
  ];
}

/** What a yes leaves open. */
function provisos(decision: Claims): string {
  if (decision['effect'] !== 'allow') return '';
  if (decision['issuerEnabled'] === false)
    return ' by the policies, but the issuer is disabled: it would be refused';
  if (decision['targetExists'] === false)
    return ' by the policies, but the organization has no such target: it would be refused';
  const unverified = objectsOf(decision['steps']).some(({ outcome }) => outcome === 'unknown');
  return unverified ? ', provided that its signature is good' : '';
}

const MARKS: Readonly<Record<string, string>> = { passed: '✓', failed: '✗', unknown: '?' };

/** The way of a token through the exchange, where there is one. */
function steps(decision: Claims): readonly string[] {
  const lines = objectsOf(decision['steps']).map(
    ({ step = '', outcome = '', message = '' }) =>
      `  ${MARKS[printable(outcome)] ?? '?'} ${printable(step).padEnd(10)} ${printable(message)}`,
  );
  return lines.length === 0 ? [] : ['', ...lines];
}

/** Rules that neither decided nor came near: named, so that nobody looks for one that is not there. */
function otherRules(decision: Claims): readonly string[] {
  const { trace } = decision;
  const told = new Set(
    isObject(trace)
      ? [...objectsOf(trace['determining']), ...objectsOf(trace['nearest'])].map(({ rule }) => rule)
      : [],
  );
  const others = objectsOf(decision['rules']).filter(({ rule }) => !told.has(rule));
  const lines = others
    .slice(0, MOST_RULES)
    .map(
      ({ rule = '', effect = '', mode, outcome = '' }) =>
        `  ${printable(rule)} (${printable(effect)}${mode === 'audit' ? ', audit' : ''}) ${outcome === true ? 'matched' : 'did not match'}`,
    );
  const more = others.length > MOST_RULES ? [`  … and ${others.length - MOST_RULES} more rules`] : [];
  return lines.length === 0 ? [] : ['', ...lines, ...more];
}

const MOST_RULES = 50;

function objectsOf(value: Json | undefined): readonly Claims[] {
  return listOf(value).filter((entry) => isObject(entry));
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}
