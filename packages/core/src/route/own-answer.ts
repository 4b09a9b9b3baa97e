import { err, ok, type Problem, type Result } from '../result.ts';
import { canonicalTarget } from './canonical-path.ts';
import { parseHostHeader } from './host.ts';
import type { HeaderLine, Route } from './model.ts';
import { withPrefix } from './rewriting.ts';

/**
 * What a route answers itself, without an upstream: `redirect` and `response`. A redirect leads only where the
 * configuration says: no part of a request may become the host of a `Location` (an open redirect).
 */

/** `redirect`, in the words of the file. Absent: as it was asked. */
export interface Redirect {
  readonly httpsRedirect?: true;
  readonly schemeRedirect?: 'http' | 'https';
  readonly hostRedirect?: string;
  readonly portRedirect?: number;
  readonly pathRedirect?: string;
  readonly prefixRewrite?: string;
  readonly responseCode?: number;
  readonly stripQuery?: true;
}

/** `response`. */
export interface FixedResponse {
  readonly status: number;
  readonly body: string;
}

export interface OwnAnswer {
  readonly status: number;
  readonly headers: readonly HeaderLine[];
  readonly body: string;
}

/** RFC 9110 section 15.4: those that say where to go. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Characters of a body in the configuration. */
export const MAX_RESPONSE_BODY = 65_536;

type Asking = Pick<Route, 'scheme' | 'path' | 'regex'>;

/** What is wrong with a redirect; paths lead from it. */
export function redirectFaults(route: Asking, redirect: Redirect): readonly Problem[] {
  const { schemeRedirect, hostRedirect: host, portRedirect: port, pathRedirect, prefixRewrite } = redirect;
  const rules: readonly (readonly [isWrong: boolean, key: string, message: string])[] = [
    [
      redirect.httpsRedirect !== undefined && schemeRedirect !== undefined,
      'scheme_redirect',
      'excludes https_redirect',
    ],
    [
      host !== undefined && !isHostName(host),
      'host_redirect',
      'expected a host name in lower case, without port',
    ],
    [port !== undefined && !isPort(port), 'port_redirect', 'expected a port from 1 to 65535'],
    [
      pathRedirect !== undefined && !isTarget(pathRedirect),
      'path_redirect',
      'expected a canonical path, with a query or without',
    ],
    [prefixRewrite !== undefined && !isPath(prefixRewrite), 'prefix_rewrite', 'expected a canonical path'],
    [prefixRewrite !== undefined && pathRedirect !== undefined, 'prefix_rewrite', 'excludes path_redirect'],
    [
      prefixRewrite !== undefined && (route.path !== undefined || route.regex !== undefined),
      'prefix_rewrite',
      'needs a prefix: a route by path or regex has none',
    ],
    [!REDIRECTS.has(redirect.responseCode ?? 301), 'response_code', 'expected 301, 302, 303, 307 or 308'],
  ];
  const problems = rules
    .filter(([isWrong]) => isWrong)
    .map(([, key, message]): Problem => ({ path: [key], message }));
  if (leadsElsewhere(route, redirect)) return problems;
  return [...problems, { path: [], message: 'expected something to change: it would lead back to itself' }];
}

function leadsElsewhere({ scheme }: Asking, redirect: Redirect): boolean {
  const { hostRedirect, portRedirect, pathRedirect, prefixRewrite } = redirect;
  if (schemeOf(redirect, scheme) !== scheme) return true;
  return [hostRedirect, portRedirect, pathRedirect, prefixRewrite].some((change) => change !== undefined);
}

function schemeOf({ httpsRedirect, schemeRedirect }: Redirect, asked: Route['scheme']): Route['scheme'] {
  return httpsRedirect === true ? 'https' : (schemeRedirect ?? asked);
}

/** Where a request was sent, as it was decided on. */
export interface AskedFor {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number | undefined;
  /** Canonical path and query. */
  readonly target: string;
}

/** The answer of a redirect that has no faults. */
export function redirectAnswer(route: Pick<Route, 'prefix'>, redirect: Redirect, asked: AskedFor): OwnAnswer {
  const scheme = schemeOf(redirect, asked.scheme);
  const host = redirect.hostRedirect ?? asked.host;
  // A port belongs to the scheme and host that it was asked with.
  const moved = scheme !== asked.scheme || host !== asked.host;
  const port = redirect.portRedirect ?? (moved ? undefined : asked.port);
  const authority = port === undefined || port === (scheme === 'https' ? 443 : 80) ? host : `${host}:${port}`;
  const location = `${scheme}://${authority}${redirectTarget(route, redirect, asked.target)}`;
  return { status: redirect.responseCode ?? 301, headers: [['Location', location]], body: '' };
}

function redirectTarget(
  { prefix }: Pick<Route, 'prefix'>,
  { pathRedirect, prefixRewrite, stripQuery }: Redirect,
  target: string,
): string {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const query = mark === -1 || stripQuery === true ? '' : target.slice(mark);
  // A query that the file writes is the query.
  if (pathRedirect !== undefined)
    return pathRedirect.includes('?') ? pathRedirect : `${pathRedirect}${query}`;
  return `${prefixRewrite === undefined ? path : withPrefix(prefix, prefixRewrite, path)}${query}`;
}

/** A response that the route gives; text, and never taken for anything else. */
export function fixedResponse({ status, body }: FixedResponse): Result<OwnAnswer, readonly Problem[]> {
  const problems: Problem[] = [];
  if (!Number.isInteger(status) || status < 200 || status > 599 || REDIRECTS.has(status))
    problems.push({ path: ['status'], message: 'expected a status from 200 to 599 that leads nowhere' });
  // RFC 9110 section 6.4.1: these have no body, and one that is sent is read as the next response.
  if (body !== '' && (status === 204 || status === 205 || status === 304))
    problems.push({ path: ['body'], message: `expected no body with status ${status}` });
  if (body.length > MAX_RESPONSE_BODY)
    problems.push({ path: ['body'], message: `expected at most ${MAX_RESPONSE_BODY} characters` });
  if (problems.length > 0) return err(problems);
  const headers: readonly HeaderLine[] = [
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['X-Content-Type-Options', 'nosniff'],
  ];
  return ok({ status, headers: body === '' ? [] : headers, body });
}

function isHostName(text: string): boolean {
  const parsed = parseHostHeader(text);
  return parsed?.host === text && parsed.port === undefined;
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

function isTarget(text: string): boolean {
  const canonical = canonicalTarget(text);
  return canonical.ok && canonical.value.target === text;
}

function isPath(text: string): boolean {
  return isTarget(text) && !text.includes('?');
}
