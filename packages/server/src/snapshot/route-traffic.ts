import {
  compileRewriting,
  err,
  fixedResponse,
  headerOperationFaults,
  ok,
  operatedLines,
  redirectAnswer,
  redirectFaults,
  type AskedFor,
  type HeaderOperations,
  type OwnAnswer,
  type Problem,
  type Result,
  type Route,
} from '@countersign/core';
import type { RouteConfig } from '../config/model.ts';
import { compileUpstream } from './route-upstream.ts';

/**
 * What becomes of a request that may pass: where it goes and what is changed on the way. Everything that can be wrong
 * with it is found here, at load; a request must never be the first to find out.
 */
type Traffic = Pick<Route, 'upstream' | 'answers' | 'rewriting' | 'headerOperations' | 'idleTimeout'>;

/** `claimHeaders`: `claimHeaderKeys` of all routes. Paths of problems lead from the route. */
export function compileTraffic(
  route: RouteConfig,
  claimHeaders: ReadonlySet<string>,
): Result<Traffic, readonly Problem[]> {
  const rewriting = compileRewriting(route, route.rewriting);
  const answers = compileAnswers(route);
  const upstream = compileUpstream(route);
  const problems = [
    ...headerOperationFaults(route.headerOperations, claimHeaders),
    ...(rewriting.ok ? [] : rewriting.error),
    ...(answers.ok ? [] : answers.error),
    ...(upstream.ok ? [] : upstream.error),
  ];
  if (!rewriting.ok || !answers.ok || !upstream.ok || problems.length > 0) return err(problems);
  const { headerOperations, idleTimeout } = route;
  return ok({
    ...(upstream.value && { upstream: upstream.value }),
    ...(answers.value && { answers: answers.value }),
    // Most routes change nothing, and their requests do not even ask.
    ...(Object.keys(rewriting.value).length > 0 && { rewriting: rewriting.value }),
    ...(Object.keys(headerOperations).length > 0 && { headerOperations }),
    ...(idleTimeout !== undefined && { idleTimeout: idleTimeout * 1000 }),
  });
}

type Answers = (asked: AskedFor) => OwnAnswer;

function compileAnswers(route: RouteConfig): Result<Answers | undefined, readonly Problem[]> {
  if (route.redirect) return compileRedirect(route, route.redirect);
  return route.response ? compileResponse(route, route.response) : ok(undefined);
}

function compileRedirect(
  route: RouteConfig,
  redirect: NonNullable<RouteConfig['redirect']>,
): Result<Answers, readonly Problem[]> {
  const { from, prefix, path, regex, headerOperations } = route;
  const asking = {
    scheme: from.scheme,
    ...(path !== undefined && { path }),
    ...(regex !== undefined && { regex }),
  };
  const faults = redirectFaults(asking, redirect);
  if (faults.length > 0) return err(within('redirect', faults));
  // Two places to go, of which only one could be meant.
  const location = Object.keys(headerOperations.setResponse ?? {}).find((name) => /^location$/i.test(name));
  if (location !== undefined)
    return err([{ path: ['set_response_headers', location], message: 'excludes redirect, which sets it' }]);
  return ok((asked) => operated(redirectAnswer({ prefix }, redirect, asked), route));
}

function compileResponse(
  route: RouteConfig,
  response: NonNullable<RouteConfig['response']>,
): Result<Answers, readonly Problem[]> {
  const fixed = fixedResponse(response);
  if (!fixed.ok) return err(within('response', fixed.error));
  const answer = operated(fixed.value, route);
  return ok(() => answer);
}

/**
 * An answer with the headers of its route. What only somebody may see who has been let in, no cache may keep for others
 * (RFC 9111 section 3.5 knows `Authorization` alone, and a credential may come in another header).
 */
function operated(
  { status, headers, body }: OwnAnswer,
  {
    access,
    headerOperations: { setResponse },
  }: { access: RouteConfig['access']; headerOperations: HeaderOperations },
): OwnAnswer {
  const kept = access.public === true ? headers : [...headers, ['Cache-Control', 'no-store'] as const];
  return { status, headers: operatedLines(kept, setResponse), body };
}

function within(key: string, faults: readonly Problem[]): readonly Problem[] {
  return faults.map((fault) => ({ ...fault, path: [key, ...fault.path] }));
}
