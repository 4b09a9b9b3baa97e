import type { Json } from '../claims.ts';
import type { Outcome } from '../decision.ts';
import { foldCase } from '../principal.ts';
import { err, ok, type Problem, type Result } from '../result.ts';
import { BOUNDS } from './bounds.ts';
import { compileCalendar } from './calendar.ts';
import { inRange, parseAddress, parseRange } from './cidr.ts';
import { compileGlob } from './glob.ts';
import { absorb, negate, start, type BlockOperator } from './kleene.ts';
import type { CalendarMatcher, Matcher, Scalar } from './model.ts';
import { compilePulumiPattern } from './pulumi-pattern.ts';
import { listed, quote } from './wording.ts';

/**
 * Matchers: what a value has to be. Never guesses: a value that is not there matches nothing (but `present: false`,
 * and `not` of anything), and a value of a type that a text matcher cannot read is an error, which never allows and
 * in a deny rule denies. A JSON `null` is there: it is present, and equals null.
 */
interface CompiledMatcher {
  /** What would match, in words. */
  readonly expected: string;
  /** `undefined` = there is no such value. */
  readonly test: (value: Json | undefined) => Outcome;
}

type Path = readonly (string | number)[];
type Compiled = Result<CompiledMatcher, readonly Problem[]>;

/** Compiles a matcher; problems carry the path it was given, which is where the matcher stands in its document. */
export function compileMatcher(matcher: Matcher, path: Path, depth = 0): Compiled {
  if (depth >= BOUNDS.depth) return fault(path, `matchers nest at most ${BOUNDS.depth} levels deep`);
  switch (matcher.kind) {
    case 'equals':
      return whenShort(path, [matcher.value], () => equalTo(matcher.value));
    case 'one_of':
      return whenListed(path, matcher.values, () => oneOf(matcher.values));
    case 'prefix':
      return whenText(path, matcher.value, 'starts with', (text, part) => text.startsWith(part));
    case 'suffix':
      return whenText(path, matcher.value, 'ends with', (text, part) => text.endsWith(part));
    case 'contains':
      return whenText(path, matcher.value, 'contains', (text, part) => text.includes(part));
    case 'glob':
      return glob(matcher.pattern, path);
    case 'pulumi':
      return pulumi(matcher.pattern, path);
    case 'cidr':
      return cidr(matcher.ranges, path);
    case 'present':
      return ok(present(matcher.value));
    case 'only_element':
      return whenShort(path, [matcher.value], () => onlyElement(matcher.value));
    case 'not':
      return mapped(compileMatcher(matcher.of, path, depth + 1), (of) => ({
        expected: `not (${of.expected})`,
        test: (value) => negate(of.test(value)),
      }));
    case 'folded':
      return mapped(compileMatcher(matcher.of, path, depth + 1), (of) => ({
        expected: `${of.expected}, in capitals or not`,
        test: (value) => of.test(typeof value === 'string' ? foldCase(value) : value),
      }));
    case 'given':
      return mapped(compileMatcher(matcher.of, path, depth + 1), (of) => ({
        expected: of.expected,
        test: (value) => (value === undefined ? 'error' : of.test(value ?? undefined)),
      }));
    case 'instant':
    case 'weekday':
    case 'time_of_day':
      return calendar(matcher, path);
    case 'element':
      return mapped(compileMatcher(matcher.of, path, depth + 1), element);
    case 'all':
    case 'any':
      return joined(matcher.kind === 'all' ? 'and' : 'or', matcher.of, path, depth);
  }
}

function equalTo(wanted: Scalar): CompiledMatcher {
  return {
    expected: `equals ${quote(wanted)}`,
    test: (value) => value === wanted,
  };
}

function oneOf(values: readonly Scalar[]): CompiledMatcher {
  const wanted: ReadonlySet<Json | undefined> = new Set(values);
  return { expected: `is one of ${listed(values.map(quote), 8)}`, test: (value) => wanted.has(value) };
}

function present(wanted: boolean): CompiledMatcher {
  return {
    expected: wanted ? 'is present' : 'is absent',
    test: (value) => (value !== undefined) === wanted,
  };
}

function onlyElement(wanted: Scalar): CompiledMatcher {
  return {
    expected: `has ${quote(wanted)} as its only element`,
    test: (value) => Array.isArray(value) && value.length === 1 && value[0] === wanted,
  };
}

/** Something that is no list has no elements: false, not an error, so that a scalar may be tried beside it. */
function element(of: CompiledMatcher): CompiledMatcher {
  return {
    expected: `has an element that ${of.expected}`,
    test: (value) => (Array.isArray(value) ? fold('or', value, (item: Json) => of.test(item)) : false),
  };
}

function joined(op: 'and' | 'or', matchers: readonly Matcher[], path: Path, depth: number): Compiled {
  if (matchers.length === 0 || matchers.length > BOUNDS.entries)
    return fault(path, `expected 1 to ${BOUNDS.entries} matchers`);
  const parts: CompiledMatcher[] = [];
  const problems: Problem[] = [];
  for (const matcher of matchers) {
    const compiled = compileMatcher(matcher, path, depth + 1);
    if (compiled.ok) parts.push(compiled.value);
    else problems.push(...compiled.error);
  }
  if (problems.length > 0) return err(problems);
  return ok({
    expected: parts.map((part) => part.expected).join(` ${op} `),
    test: (value) => fold(op, parts, (part) => part.test(value)),
  });
}

function fold<T>(op: BlockOperator, items: readonly T[], test: (item: T) => Outcome): Outcome {
  return items.reduce<Outcome>((state, item) => absorb(op, state, test(item)), start(op));
}

function glob(pattern: string, path: Path): Compiled {
  const matches = compileGlob(pattern);
  if (!matches.ok) return fault(path, matches.error);
  return ok({ expected: `matches the glob ${quote(pattern)}`, test: onText(matches.value) });
}

function pulumi(pattern: string, path: Path): Compiled {
  const matches = compilePulumiPattern(pattern);
  if (!matches.ok) return fault(path, matches.error);
  const one = (value: Json): boolean => {
    if (typeof value === 'string') return matches.value(value);
    return (typeof value === 'number' || typeof value === 'boolean') && matches.value(JSON.stringify(value));
  };
  return ok({
    expected: `matches the pattern ${quote(pattern)}`,
    test: (value) => value !== undefined && (Array.isArray(value) ? value.some(one) : one(value)),
  });
}

function cidr(texts: readonly string[], path: Path): Compiled {
  if (texts.length === 0 || texts.length > BOUNDS.entries)
    return fault(path, `expected 1 to ${BOUNDS.entries} ranges`);
  const parsed = texts.map(parseRange);
  const problems = parsed.flatMap((range, index) =>
    range.ok ? [] : [{ path, message: `${quote(texts[index] ?? '')}: ${range.error}` }],
  );
  if (problems.length > 0) return err(problems);
  const ranges = parsed.flatMap((range) => (range.ok ? [range.value] : []));
  return ok({
    expected: `is an address in ${listed(texts, 8)}`,
    test: (value) => {
      if (value === undefined) return false;
      const address = typeof value === 'string' ? parseAddress(value) : undefined;
      return address === undefined ? 'error' : ranges.some((range) => inRange(address, range));
    },
  });
}

function calendar(matcher: CalendarMatcher, path: Path): Compiled {
  const compiled = compileCalendar(matcher);
  if (!compiled.ok) return fault(path, compiled.error);
  const { expected, test } = compiled.value;
  return ok({
    expected,
    test: (value) => {
      if (value === undefined) return false;
      return typeof value === 'number' && Number.isFinite(value) ? test(value) : 'error';
    },
  });
}

function onText(matches: (text: string) => boolean): (value: Json | undefined) => Outcome {
  return (value) => {
    if (value === undefined) return false;
    return typeof value === 'string' ? matches(value) : 'error';
  };
}

function whenText(
  path: Path,
  part: string,
  verb: string,
  matches: (text: string, part: string) => boolean,
): Compiled {
  // The empty text begins, ends and lies in every other: a condition that looks like one and is none.
  if (part === '') return fault(path, 'expected a text that is not empty');
  return whenShort(path, [part], () => ({
    expected: `${verb} ${quote(part)}`,
    test: onText((text) => matches(text, part)),
  }));
}

function whenListed(path: Path, values: readonly Scalar[], make: () => CompiledMatcher): Compiled {
  if (values.length === 0 || values.length > BOUNDS.entries)
    return fault(path, `expected 1 to ${BOUNDS.entries} values`);
  return whenShort(path, values, make);
}

function whenShort(path: Path, values: readonly Scalar[], make: () => CompiledMatcher): Compiled {
  const long = values.some((value) => typeof value === 'string' && Array.from(value).length > BOUNDS.text);
  return long ? fault(path, `a text to compare with has at most ${BOUNDS.text} characters`) : ok(make());
}

function mapped(result: Compiled, change: (matcher: CompiledMatcher) => CompiledMatcher): Compiled {
  return result.ok ? ok(change(result.value)) : result;
}

function fault(path: Path, message: string): Compiled {
  return err([{ path, message }]);
}
