import type { Claims, Json } from '@countersign/core';
import type { Deps } from '../../deps.ts';
import { paint } from '../../output.ts';
import { brief } from '../../printable.ts';
import { duration } from './duration.ts';
import type { Inspection } from './inspection.ts';

/** A token for a person. Whether the signature was verified comes first and loud: a decoded claim proves nothing. */

const HEADLINE = {
  valid: { colour: 'green', text: 'SIGNATURE VALID' },
  invalid: { colour: 'red', text: 'SIGNATURE INVALID: nothing below is proved' },
  unknown: { colour: 'bold', text: 'SIGNATURE NOT VERIFIED: nothing below is proved' },
} as const;

export function inspectionText(inspection: Inspection, deps: Deps): readonly string[] {
  const { signature, header, claims, problems } = inspection;
  const { colour, text } = HEADLINE[signature];
  const seconds = deps.now() / 1000;
  return [
    paint(deps.stdout, deps.env, colour, text),
    ...section('header', header, seconds),
    ...section('claims', claims, seconds),
    ...(problems.length === 0 ? [] : ['', 'problems', ...problems.map((problem) => `  ✗ ${problem}`)]),
  ];
}

function section(title: string, members: Claims | null, now: number): readonly string[] {
  if (members === null) return [];
  const entries = Object.entries(members);
  const width = Math.min(28, Math.max(0, ...entries.map(([name]) => name.length)));
  const lines = entries.map(
    ([name, value]) =>
      `  ${brief(name, 80).padEnd(width)}  ${brief(value, 2_000)}${timeOf(name, value, now)}`,
  );
  return ['', title, ...lines];
}

const TIMES: ReadonlySet<string> = new Set(['exp', 'nbf', 'iat', 'auth_time']);

/** What a number of seconds means: nobody reads them. */
function timeOf(name: string, value: Json, now: number): string {
  if (!TIMES.has(name) || typeof value !== 'number' || Math.abs(value) > 8.64e12) return '';
  const distance = value > now ? `in ${duration(value - now)}` : `${duration(now - value)} ago`;
  return `  (${new Date(value * 1000).toISOString()}, ${distance})`;
}
