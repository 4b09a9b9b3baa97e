import { canonicalTarget, regexFault, type Problem } from '@countersign/core';
import * as z from 'zod';
import type { RouteConfig } from '../model.ts';
import { routeOrigin, upstreamOrigin } from './address.ts';
import { claimPath } from './identity-provider.ts';
import { accessDocument, accessProblems, accessShape } from './route-access.ts';
import { duration, name, organizationName } from './scalar.ts';

/** A route of the gateway. What its policy means is the engine's to say; here it is only asked. */

const canonicalPath = z.string().refine((text) => {
  const canonical = canonicalTarget(text);
  return canonical.ok && canonical.value.path === text;
}, 'expected a canonical path: "/" first, no "//", dot segments, ";", query or needless escapes');

const regex = z.string().superRefine((text, context) => {
  const message = regexFault(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** RFC 9110 section 5.6.2, without the characters that some servers turn into others. */
const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,128}$/, 'expected a header name of letters, digits and "-"');

export const routeShape = {
  name,
  from: routeOrigin.describe('Scheme, host and optional port that callers use.'),
  to: upstreamOrigin.describe('The service behind it: http or https, host and optional port.'),
  prefix: canonicalPath
    .exactOptional()
    .describe('Ends at a segment: /a takes /a and /a/…, never /ab. Default: /, which takes everything.'),
  path: canonicalPath.exactOptional().describe('Exactly this path, in place of a prefix.'),
  regex: regex
    .exactOptional()
    .describe('Paths that it matches as a whole (RE2 syntax), in place of a prefix.'),
  ...accessShape,
  organizations: z
    .array(organizationName)
    .min(1, 'expected at least one organization')
    .exactOptional()
    .describe('Whose principals may come. Required once the file has two organizations.'),
  pass_identity_headers: z.boolean().default(false).describe('Sends X-Pomerium-Jwt-Assertion.'),
  jwt_claims_headers: z
    .record(headerName, claimPath, {
      error: (issue) =>
        Array.isArray(issue.input)
          ? 'a list is not available in this version: write header: claim'
          : undefined,
    })
    .default({})
    .describe('Header → claim of the assertion. Needs pass_identity_headers.'),
  allow_websockets: z.boolean().default(false),
  preserve_host_header: z
    .boolean()
    .default(false)
    .describe('The service sees the host that the caller used.'),
  timeout: duration('1s', '1h').prefault('30s').describe('Until the head of the response.'),
};

const routeObject = z.strictObject(routeShape);

type RouteDocument = z.output<typeof routeObject>;

export const route = routeObject
  .superRefine((document, context) => {
    for (const { path, message } of routeProblems(document)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  })
  .transform(toRoute);

function routeProblems(document: RouteDocument): readonly Problem[] {
  return [...accessProblems(document), ...pathProblems(document), ...headerProblems(document)];
}

/** Which paths: one way to say it, or two could contradict each other. */
function pathProblems({ prefix, path, regex: expression }: RouteDocument): readonly Problem[] {
  const [first, ...others] = Object.entries({ prefix, path, regex: expression }).flatMap(([key, value]) =>
    value === undefined ? [] : [key],
  );
  return others.map((key) => ({ path: [key], message: `excludes ${first}` }));
}

function headerProblems(document: RouteDocument): readonly Problem[] {
  const names = Object.keys(document.jwt_claims_headers);
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const written of names) {
    const header = written.toLowerCase();
    const path = ['jwt_claims_headers', written];
    if (isReserved(header)) problems.push({ path, message: 'this header has a meaning of its own' });
    if (seen.has(header)) problems.push({ path, message: 'expected each header once, whatever its case' });
    seen.add(header);
  }
  if (names.length > 0 && !document.pass_identity_headers) {
    problems.push({ path: ['jwt_claims_headers'], message: 'needs pass_identity_headers: true' });
  }
  return problems;
}

/** What carries credentials, routes or frames the request; a claim there would be believed as something else. */
const RESERVED: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'origin',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-real-ip',
  'x-request-id',
]);

function isReserved(header: string): boolean {
  if (header.startsWith('x-pomerium-')) return !header.startsWith('x-pomerium-claim-');
  return RESERVED.has(header) || /^(?:x-forwarded|x-countersign-|sec-)/.test(header);
}

function toRoute(document: RouteDocument): RouteConfig {
  return {
    name: document.name,
    from: document.from,
    to: document.to,
    prefix: document.prefix ?? '/',
    access: accessDocument(document),
    passIdentityHeaders: document.pass_identity_headers,
    claimHeaders: Object.entries(document.jwt_claims_headers).map(([header, claim]) => ({
      header: header.toLowerCase(),
      claim,
    })),
    allowWebsockets: document.allow_websockets,
    preserveHostHeader: document.preserve_host_header,
    timeout: document.timeout,
    ...(document.path === undefined ? {} : { path: document.path }),
    ...(document.regex === undefined ? {} : { regex: document.regex }),
    ...(document.organizations === undefined ? {} : { organizations: document.organizations }),
  };
}
