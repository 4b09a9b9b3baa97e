import {
  compileAccess,
  lintAccess,
  shadowedRoutes,
  type CompileOptions,
  type Route,
} from '@countersign/core';
import { GATEWAY_FACTS } from './gateway-facts.ts';
import type { LintProblem } from './lint.ts';
import type { Config, RouteConfig } from './model.ts';
import { optional } from './optional.ts';
import { pathOfRule } from './rule-path.ts';

/** What the access of routes lets in that nobody meant, and what of them does nothing. All of it warns. */
export function lintRoutes(
  { routes }: Pick<Config, 'routes'>,
  options: CompileOptions,
): readonly LintProblem[] {
  const shadowed = shadowedRoutes(routes.map(addressOf)).map(({ index, by }): LintProblem => ({
    path: ['routes', index],
    message: `no request reaches this route: ${takenBy(by)}`,
    rule: 'route-shadowed',
  }));
  return [...routes.flatMap((route, index) => lintRoute(route, index, options)), ...shadowed];
}

function takenBy(names: readonly string[]): string {
  return names.length === 0
    ? 'the gateway answers there itself'
    : `its paths are taken by ${names.map((name) => `"${name}"`).join(' and ')}`;
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

type Address = Parameters<typeof shadowedRoutes>[0][number];

/** Of hosts that differ by port alone the port is a part; a route whose port nobody else has is found by its own. */
function addressOf({ name, from, prefix, path, regex }: RouteConfig): Address {
  const address: Pick<Route, 'name' | 'host' | 'port' | 'prefix'> = {
    name,
    host: from.host,
    port: from.port,
    prefix,
  };
  return { ...address, ...optional('path', path), ...optional('regex', regex) };
}
