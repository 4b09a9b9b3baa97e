import type { Claims, Json } from '@countersign/core';
import type { Deps } from '../../deps.ts';
import { paint } from '../../output.ts';

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
  const { explanation } = decision;
  const lines = Array.isArray(explanation) ? explanation.map((line) => `  ${printable(line as Json)}`) : [];
  return [headline, ...fields, '', ...lines];
}

/**
 * Claims come from tokens, which strangers fill: a control character in one must not move the cursor or hide a line,
 * and a bidirectional mark must not turn one around.
 */
function printable(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}
