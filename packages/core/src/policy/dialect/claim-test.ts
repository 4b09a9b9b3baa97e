import { parseClaimPath, printClaimPath } from '../../claims.ts';
import type { Problem } from '../../result.ts';
import { BOUNDS } from '../bounds.ts';
import { compileMatcher } from '../matcher.ts';
import type { Matcher, Test } from '../model.ts';

/**
 * Conditions on claims: what the dialects have in common. Readers here and in the dialects add what is wrong to a
 * list and answer `undefined`, so that one pass reports every fault; nothing is built from a document with faults.
 */

export type Path = readonly (string | number)[];

/** Joins the written path of a claim with a matcher; `path` is where the condition stands in its document. */
export function claimTest(
  claim: string,
  matcher: Matcher | undefined,
  path: Path,
  problems: Problem[],
): Test | undefined {
  if (claim.length > BOUNDS.text)
    return refuse(problems, path, `a claim path has at most ${BOUNDS.text} characters`);
  const parsed = parseClaimPath(claim);
  if (!parsed.ok) return refuse(problems, path, parsed.error);
  if (matcher === undefined) return undefined;
  return { op: 'test', criterion: 'claim', subject: { root: 'claims', path: parsed.value }, matcher };
}

/** Refuses claims that are named twice: `sub` and `"sub"` are one, and a reader who changes one of them misses the other. */
export function refuseTwins(tests: readonly Test[], path: Path, problems: Problem[]): void {
  const seen = new Set<string>();
  for (const { subject } of tests) {
    const name = printClaimPath(subject.path);
    if (seen.has(name)) refuse(problems, path, `the claim ${name} is named twice`);
    seen.add(name);
  }
}

/** The matcher, when it compiles; its faults are reported at `path`, which knows the document better than `compile`. */
export function checked(matcher: Matcher, path: Path, problems: Problem[]): Matcher | undefined {
  const compiled = compileMatcher(matcher, path);
  if (compiled.ok) return matcher;
  problems.push(...compiled.error);
  return undefined;
}

/** Adds a problem; the answer of every reader that found one. */
export function refuse(problems: Problem[], path: Path, message: string): undefined {
  problems.push({ path, message });
  return undefined;
}
