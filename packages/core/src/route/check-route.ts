import type { Problem } from '../result.ts';
import { canonicalTarget } from './canonical-path.ts';
import { headerKey } from './header-key.ts';
import { HOP_BY_HOP } from './hop-by-hop.ts';
import { parseHostHeader } from './host.ts';
import type { Route } from './model.ts';
import { regexProgram } from './regex-routes.ts';

/**
 * What a route must not say. Configuration that is accepted is honoured: a route that no request could reach, or a
 * claim header that would take a header away which the protocol needs, is a mistake to report, not to live with.
 */

/** RFC 9110 section 5.6.2, bounded. */
const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;

/**
 * Headers that frame or direct a message, and those that the gateway sets itself. A claim header is removed from what
 * came and then set: of the first kind that would break the request, of the second it would send two.
 */
const TAKEN: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'content-length',
  'cookie',
  'host',
  'set-cookie',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-request-id',
]);

/** Everything wrong with one route by itself; paths lead from the route. */
export function routeFaults(route: Route): readonly Problem[] {
  const problems: Problem[] = [];
  if (!isHost(route.host)) {
    problems.push({ path: ['from'], message: `"${route.host}" is not a lower-case host name` });
  }
  problems.push(...pathFaults(route));
  for (const { header } of route.claimHeaders) {
    if (FIELD_NAME.test(header) && !TAKEN.has(headerKey(header))) continue;
    problems.push({ path: ['jwt_claims_headers'], message: `"${header}" cannot carry a claim` });
  }
  return problems;
}

/** A name, or `*.` before one: an address has no names below it. */
function isHost(host: string): boolean {
  const name = host.startsWith('*.') ? `x${host.slice(1)}` : host;
  const parsed = parseHostHeader(name);
  return parsed?.host === name && parsed.port === undefined;
}

function pathFaults({ prefix, path, regex }: Route): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [key, text] of Object.entries({ prefix, ...(path === undefined ? {} : { path }) })) {
    const canonical = canonicalTarget(text);
    if (!canonical.ok || canonical.value.path !== text) {
      problems.push({ path: [key], message: `"${text}" is not a canonical path` });
    }
  }
  const program = regex === undefined ? undefined : regexProgram(regex);
  if (program?.ok === false) problems.push({ path: ['regex'], message: program.error });
  if (path !== undefined && regex !== undefined) {
    problems.push({ path: ['regex'], message: 'excludes path' });
  }
  return problems;
}
