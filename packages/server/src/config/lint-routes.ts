import { compileAccess, lintAccess, type CompileOptions } from '@countersign/core';
import { GATEWAY_FACTS } from './gateway-facts.ts';
import type { LintProblem } from './lint-problem.ts';
import type { Config, RouteConfig } from './model.ts';
import { pathOfRule } from './rule-path.ts';

/** What the access of routes lets in that nobody meant, and what of it does nothing. All of it warns. */
export function lintRoutes(
  { routes }: Pick<Config, 'routes'>,
  options: CompileOptions,
): readonly LintProblem[] {
  return routes.flatMap((route, index) => lintRoute(route, index, options));
}

function lintRoute(route: RouteConfig, index: number, options: CompileOptions): readonly LintProblem[] {
  const policy = compileAccess(route.access, { ...options, facts: GATEWAY_FACTS });
  // What does not compile is told by whoever compiles it.
  if (!policy.ok) return [];
  return lintAccess(policy.value).map(({ lint, rule, message }) => ({
    path: ['routes', index, ...(rule === undefined ? [] : pathOfRule(rule))],
    message,
    rule: lint,
  }));
}
