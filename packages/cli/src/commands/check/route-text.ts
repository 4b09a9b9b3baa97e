import { describedLines } from '@countersign/core';
import { brief } from '../../printable.ts';
import type { DescribedRoute } from './report.ts';

/** Routes for a person: a line for each, or one of them with every rule. */

/** Of a file with thousands nobody reads a list. */
const MOST_ROUTES = 50;

export function routeLines(routes: readonly DescribedRoute[]): readonly string[] {
  const shown = routes.slice(0, MOST_ROUTES);
  const width = Math.max(0, ...shown.map(({ name }) => name.length));
  const lines = shown.map((route) =>
    oneLine(`    ${route.name.padEnd(width)}  ${addressOf(route)}: ${route.summary}`),
  );
  const more = routes.length - shown.length;
  return more > 0 ? [...lines, `    … and ${more} more routes; --route explains one, -o json all`] : lines;
}

export function explainedRoute(route: DescribedRoute): readonly string[] {
  const { organizations, issuers = [] } = route;
  const facts: readonly (readonly [string, string])[] = [
    ['route', `${route.name}, ${placeOf(route)}`],
    ['answers for', `${addressOf(route)}${below(route)}`],
    ...(organizations === undefined ? [] : [['principals of', organizations.join(', ')] as const]),
    ...(issuers.length === 0 ? [] : [['also tokens of', issuers.join(', ')] as const]),
    ['may pass', route.summary],
  ];
  const rules = route.rules.flatMap((rule) => ['', ...ruleLines(rule)]);
  return ['', ...facts.map(([name, text]) => `${name.padEnd(13)}  ${text}`), ...rules, '', VERDICT].map(
    oneLine,
  );
}

const VERDICT = 'Every rule that denies beats every rule that allows. Whom no rule allows is refused.';

type DescribedRule = DescribedRoute['rules'][number];

function ruleLines(rule: DescribedRule): readonly string[] {
  const notes = [
    ...(rule.mode === undefined ? [] : ['only watched: it decides nothing']),
    ...(rule.holds === 'never' ? ['it never holds'] : []),
    ...(rule.unasked === true ? ['with no credential too'] : []),
  ].map((note) => ` (${note})`);
  const does = rule.effect === 'allow' ? 'allows' : 'denies';
  return [
    `${does}, by ${rule.rule}, ${placeOf(rule)}${notes.join('')}, when`,
    ...describedLines(rule.when).map((line) => `  ${line}`),
  ];
}

function placeOf({ file, line, column }: DescribedRule | DescribedRoute): string {
  return `${file}:${line}:${column}`;
}

function addressOf({ from, prefix, path, regex }: DescribedRoute): string {
  return regex === undefined ? `${from}${path ?? prefix ?? ''}` : `${from}, paths like ${regex}`;
}

/** A prefix ends with a segment: `/a` takes `/a` and `/a/b`, and not `/ab`. */
function below({ prefix, regex, path }: DescribedRoute): string {
  if (path !== undefined) return ', this path alone';
  if (regex !== undefined || prefix === undefined) return ', as a whole';
  if (prefix === '/') return ', every path';
  return prefix.endsWith('/') ? ', all below it' : ', it and all below it';
}

/** File names and what stands in the file may hold anything; a terminal must not obey them. */
function oneLine(text: string): string {
  return brief(text, MOST_CHARACTERS);
}

const MOST_CHARACTERS = 2_000;
