import { canonicalTarget, regexFault, type Problem } from '@countersign/core';
import * as z from 'zod';
import type { RouteConfig } from '../model.ts';
import { optional } from '../optional.ts';
import { routeOrigin } from './address.ts';
import { accessDocument, accessProblems, accessShape } from './route-access.ts';
import { bearerShape } from './route-bearer.ts';
import { destinationProblems, destinationShape, rewritingOf } from './route-destination.ts';
import { headerOperationsOf, headerProblems, headersShape } from './route-headers.ts';
import { upstreamOf } from './route-upstream.ts';
import { trafficProblems, trafficShape } from './route-traffic.ts';
import { duration, label, name, organizationName } from './scalar.ts';

/** A route of the gateway. What its policy means is the engine's to say; here it is only asked. */

const canonicalPath = z.string().refine((text) => {
  const canonical = canonicalTarget(text);
  return canonical.ok && canonical.value.path === text;
}, 'expected a canonical path: "/" first, no "//", dot segments, ";", query or needless escapes');

const regex = z.string().superRefine((text, context) => {
  const message = regexFault(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

export const routeShape = {
  name,
  from: routeOrigin.describe('Scheme, host and optional port that callers use; *. takes one more label.'),
  description: label.exactOptional().describe('For people; nothing follows from it.'),
  ...destinationShape,
  prefix: canonicalPath
    .exactOptional()
    .describe('Ends at a segment: /a takes /a and /a/…, never /ab. Default: /, which takes everything.'),
  path: canonicalPath.exactOptional().describe('Exactly this path, in place of a prefix.'),
  regex: regex
    .exactOptional()
    .describe('Paths that it matches as a whole (RE2 syntax), in place of a prefix.'),
  ...accessShape,
  ...bearerShape,
  organizations: z
    .array(organizationName)
    .min(1, 'expected at least one organization')
    .exactOptional()
    .describe('Whose principals may come. Required once the file has two organizations.'),
  identity_provider: name
    .exactOptional()
    .describe('Where people sign in who come to it. Default: those of its organizations, to choose from.'),
  ...headersShape,
  ...trafficShape,
  timeout: duration('1s', '1h').exactOptional().describe('Until the head of the response. Default: 30s.'),
  idle_timeout: duration('1s', '1d')
    .exactOptional()
    .describe('After the head: how long nothing may move, either way. Default: no limit.'),
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
  return [
    ...accessProblems(document),
    ...destinationProblems(document),
    ...pathProblems(document),
    ...headerProblems(document),
    ...trafficProblems(document),
  ];
}

/** Which paths: one way to say it, or two could contradict each other. */
function pathProblems({ prefix, path, regex: expression }: RouteDocument): readonly Problem[] {
  const [first, ...others] = Object.entries({ prefix, path, regex: expression }).flatMap(([key, value]) =>
    value === undefined ? [] : [key],
  );
  return others.map((key) => ({ path: [key], message: `excludes ${first}` }));
}

/** Seconds. */
const DEFAULT_TIMEOUT = 30;

function toRoute(document: RouteDocument): RouteConfig {
  return {
    name: document.name,
    from: document.from,
    prefix: document.prefix ?? '/',
    rewriting: rewritingOf(document),
    headerOperations: headerOperationsOf(document),
    access: accessDocument(document),
    basicChallenge: document.basic_challenge,
    assertion: document.assertion ?? 'per_session',
    passIdentityHeaders: document.pass_identity_headers,
    claimHeaders: Object.entries(document.jwt_claims_headers).map(([header, claim]) => ({
      header: header.toLowerCase(),
      claim,
    })),
    allowWebsockets: document.allow_websockets,
    preserveHostHeader: document.preserve_host_header,
    timeout: document.timeout ?? DEFAULT_TIMEOUT,
    ...optional('description', document.description),
    ...upstreamOf(document),
    ...optional('redirect', document.redirect),
    ...optional('response', document.response),
    ...optional('path', document.path),
    ...optional('regex', document.regex),
    ...optional('pathExceptions', document.path_exceptions),
    ...optional('organizations', document.organizations),
    ...optional('identityProvider', document.identity_provider),
    ...optional('issuers', document.issuers),
    ...optional('allowedOrigins', document.allowed_origins),
    ...optional('rateLimit', document.rate_limit),
    ...optional('bearerTokenFormat', document.bearer_token_format),
    ...optional('idleTimeout', document.idle_timeout),
  };
}
