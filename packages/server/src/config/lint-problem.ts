import type { Claims, LintRule, Problem } from '@countersign/core';

/** What a check of the configuration has found, at its place in the file. */
export interface LintProblem extends Problem {
  readonly rule: LintRule;
  readonly example?: Claims;
}
