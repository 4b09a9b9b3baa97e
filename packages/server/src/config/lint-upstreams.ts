import { isObject, type Json } from '@countersign/core';
import type { LintProblem } from './lint-problem.ts';
import { isLoopbackHost, parseOrigin } from './schema/address.ts';

/** What a route gives away on the way to its service: to whoever answers there, or to whoever listens in between. */
export function lintUpstreams(value: Json): readonly LintProblem[] {
  const routes: unknown = isObject(value) && Object.hasOwn(value, 'routes') ? value['routes'] : undefined;
  if (!Array.isArray(routes)) return [];
  return (routes as readonly Json[]).flatMap((route, index) =>
    isObject(route) ? lintRoute(route, ['routes', index]) : [],
  );
}

function lintRoute(route: Readonly<Record<string, Json>>, path: LintProblem['path']): readonly LintProblem[] {
  const unverified: LintProblem = {
    path: [...path, 'tls_skip_verify'],
    message:
      'whoever answers at the address is taken for the service; name its authority in tls_custom_ca_file',
    rule: 'upstream-unverified',
  };
  return [
    ...(route['tls_skip_verify'] === true ? [unverified] : []),
    ...(route['pass_identity_headers'] === true ? inClear(route['to'], [...path, 'to']) : []),
  ];
}

/** An assertion is worth a sign-in for as long as it lasts, to everybody who reads it on its way. */
function inClear(to: Json | undefined, path: LintProblem['path']): readonly LintProblem[] {
  const texts = Array.isArray(to) ? (to as readonly Json[]) : [to];
  return texts.flatMap((text, index): readonly LintProblem[] => {
    const origin = typeof text === 'string' ? parseOrigin(text.replace(/,\d+$/, '')) : undefined;
    if (origin?.scheme !== 'http' || isLoopbackHost(origin.host)) return [];
    const message = 'who is asking is sent in plain http to another machine; use https';
    return [{ path: Array.isArray(to) ? [...path, index] : path, message, rule: 'identity-in-clear' }];
  });
}
