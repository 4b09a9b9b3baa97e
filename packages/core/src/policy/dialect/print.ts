import { printClaimPath, type Json } from '../../claims.ts';
import type { Expression, Matcher } from '../model.ts';

/**
 * The way back: expressions written in the words of the dialect that they were read from, so that a tool can show,
 * change and store a policy. Reading what was written gives the same expressions. Never approximate: what a dialect has
 * no words for is not written at all.
 */

/** Writes `match` the way `parseMatch` reads it; `undefined` when the native dialect cannot say it. */
export function printMatch(expressions: readonly Expression[]): Readonly<Record<string, Json>> | undefined {
  return printed(expressions, nativeDocument);
}

/** Writes `rules` the way `parseRules` reads them; `undefined` when the Pulumi dialect cannot say it. */
export function printRules(expressions: readonly Expression[]): Readonly<Record<string, string>> | undefined {
  return printed(expressions, (matcher) => (matcher.kind === 'pulumi' ? matcher.pattern : undefined));
}

function printed<T>(
  expressions: readonly Expression[],
  write: (matcher: Matcher) => T | undefined,
): Readonly<Record<string, T>> | undefined {
  const entries = expressions.map((expression): readonly [string, T] | undefined => {
    if (expression.op !== 'test' || expression.subject.root !== 'claims') return undefined;
    const written = write(expression.matcher);
    return written === undefined ? undefined : [printClaimPath(expression.subject.path), written];
  });
  return record(entries);
}

/** The entries as an object; nothing when one is missing, or when two would become one. */
function record<T>(
  entries: readonly (readonly [string, T] | undefined)[],
): Readonly<Record<string, T>> | undefined {
  const found = entries.filter((entry) => entry !== undefined);
  const isWhole = found.length === entries.length && new Set(found.map(([key]) => key)).size === found.length;
  return isWhole ? Object.fromEntries(found) : undefined;
}

/** A matcher as `{ KIND: VALUE }`; matchers joined by `all` stand side by side in one object. */
function nativeDocument(matcher: Matcher): { readonly [key: string]: Json } | undefined {
  if (matcher.kind !== 'all') return record([nativeEntry(matcher)]);
  return matcher.of.length > 1 ? record(matcher.of.map(nativeEntry)) : undefined;
}

function nativeEntry(matcher: Matcher): readonly [string, Json] | undefined {
  switch (matcher.kind) {
    case 'equals':
    case 'prefix':
    case 'suffix':
    case 'present':
      return [matcher.kind, matcher.value];
    case 'one_of':
      return [matcher.kind, matcher.values];
    case 'glob':
      return [matcher.kind, matcher.pattern];
    case 'cidr':
      return [matcher.kind, matcher.ranges];
    case 'not': {
      const of = nativeDocument(matcher.of);
      return of === undefined ? undefined : [matcher.kind, of];
    }
    default:
      return undefined;
  }
}
