import { isObject, type Json } from '../../claims.ts';
import { err, ok, type Problem, type Result } from '../../result.ts';
import { BOUNDS } from '../bounds.ts';
import type { Expression, Matcher, Scalar, Test } from '../model.ts';
import { kindOf, quote, suggestion } from '../wording.ts';
import { checked, claimTest, refuse, refuseTwins, type Path } from './claim-test.ts';

/**
 * The native dialect: `match` = claim path → an object of typed matchers, all of which must hold. There is no regex
 * on purpose, and no shorthand: `sub: x` could mean a glob to one reader and the text itself to another.
 */

const KEYS = ['equals', 'one_of', 'prefix', 'suffix', 'glob', 'cidr', 'present', 'not'] as const;

/** Parses `match`; every claim gives one expression. */
export function parseMatch(
  match: Readonly<Record<string, Json>>,
  path: Path,
): Result<readonly Expression[], readonly Problem[]> {
  const entries = Object.entries(match);
  if (entries.length > BOUNDS.claims)
    return err([{ path, message: `at most ${BOUNDS.claims} claims, not ${entries.length}` }]);
  const expressions: Test[] = [];
  const problems: Problem[] = [];
  for (const [claim, document] of entries) {
    const at = [...path, claim];
    const test = claimTest(claim, readMatcher(document, at, 0, problems), at, problems);
    if (test !== undefined) expressions.push(test);
  }
  refuseTwins(expressions, path, problems);
  return problems.length > 0 ? err(problems) : ok(expressions);
}

function readMatcher(document: Json, path: Path, depth: number, problems: Problem[]): Matcher | undefined {
  if (depth >= BOUNDS.depth) return refuse(problems, path, `"not" nests at most ${BOUNDS.depth} levels deep`);
  if (!isObject(document))
    return refuse(problems, path, `expected an object such as { equals: … }, got ${kindOf(document)}`);
  const entries = Object.entries(document);
  if (entries.length === 0) return refuse(problems, path, `expected one or more of ${KEYS.join(', ')}`);
  const matchers: Matcher[] = [];
  for (const [key, value] of entries) {
    const at = [...path, key];
    const matcher = readEntry(key, value, at, depth, problems);
    if (matcher !== undefined) matchers.push(matcher);
  }
  const [first] = matchers;
  return matchers.length === 1 ? first : { kind: 'all', of: matchers };
}

function readEntry(
  key: string,
  value: Json,
  path: Path,
  depth: number,
  problems: Problem[],
): Matcher | undefined {
  if (key === 'not') {
    const of = readMatcher(value, path, depth + 1, problems);
    return of === undefined ? undefined : { kind: 'not', of };
  }
  const matcher = simpleMatcher(key, value);
  return typeof matcher === 'string' ? refuse(problems, path, matcher) : checked(matcher, path, problems);
}

/** A matcher without matchers inside, or what is wrong with it. */
function simpleMatcher(key: string, value: Json): Matcher | string {
  switch (key) {
    case 'equals':
      return isScalar(value) ? { kind: key, value } : wanted('a scalar', value);
    case 'one_of':
      return isList(value, isScalar) ? { kind: key, values: value } : wanted('a list of scalars', value);
    case 'prefix':
    case 'suffix':
      return isText(value) ? { kind: key, value } : wanted('a string', value);
    case 'glob':
      return isText(value) ? { kind: key, pattern: value } : wanted('a string', value);
    case 'cidr': {
      const ranges = isText(value) ? [value] : value;
      return isList(ranges, isText) ? { kind: key, ranges } : wanted('a range or a list of ranges', value);
    }
    case 'present':
      return typeof value === 'boolean' ? { kind: key, value } : wanted('true or false', value);
    default:
      return `unknown matcher ${quote(key)}${suggestion(key, KEYS)}`;
  }
}

function isText(value: Json): value is string {
  return typeof value === 'string';
}

function isScalar(value: Json): value is Scalar {
  return value === null || typeof value !== 'object';
}

function isList<T extends Json>(value: Json, isItem: (item: Json) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every((item: Json) => isItem(item));
}

function wanted(expected: string, value: Json): string {
  return `expected ${expected}, got ${kindOf(value)}`;
}
