import { err, ok, type Problem, type Result } from '../../result.ts';
import { BOUNDS } from '../bounds.ts';
import type { Expression, Test } from '../model.ts';
import { checked, claimTest, refuseTwins, type Path } from './claim-test.ts';

/** The Pulumi dialect: `rules` = claim path → loose pattern. All must match; the caller joins them with `and`. */

/** Parses `rules`; every entry gives one expression. */
export function parseRules(
  rules: Readonly<Record<string, string>>,
  path: Path,
): Result<readonly Expression[], readonly Problem[]> {
  const entries = Object.entries(rules);
  if (entries.length > BOUNDS.claims)
    return err([{ path, message: `at most ${BOUNDS.claims} rules, not ${entries.length}` }]);
  const problems: Problem[] = [];
  const expressions: Test[] = [];
  for (const [claim, pattern] of entries) {
    const at = [...path, claim];
    const test = claimTest(claim, checked({ kind: 'pulumi', pattern }, at, problems), at, problems);
    if (test !== undefined) expressions.push(test);
  }
  refuseTwins(expressions, path, problems);
  return problems.length > 0 ? err(problems) : ok(expressions);
}
