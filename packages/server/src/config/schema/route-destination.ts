import {
  PATH_EXCEPTIONS,
  type FixedResponse,
  type Problem,
  type Redirect,
  type Rewriting,
} from '@countersign/core';
import * as z from 'zod';
import { optional } from '../optional.ts';
import { upstreamProblems, upstreamShape, type UpstreamDocument } from './route-upstream.ts';
import { count } from './scalar.ts';

/**
 * Where a route leads: to an upstream, elsewhere, or nowhere, because it answers itself. What the values mean is asked
 * of core when routes are compiled; here it is only said which of them may stand together.
 */

export const redirectShape = {
  https_redirect: z.literal(true).exactOptional().describe('To https, the rest as it was asked.'),
  scheme_redirect: z.enum(['http', 'https']).exactOptional(),
  host_redirect: z.string().exactOptional(),
  port_redirect: count(1, 65_535).exactOptional(),
  path_redirect: z.string().exactOptional().describe('Path, and query if it has one.'),
  prefix_rewrite: z.string().exactOptional().describe('Takes the place of the prefix.'),
  response_code: count(300, 399).exactOptional().describe('301, 302, 303, 307 or 308. Default: 301.'),
  strip_query: z.literal(true).exactOptional(),
};

export const responseShape = {
  status: count(200, 599),
  body: z.string().default('').describe('Text.'),
};

export const destinationShape = {
  ...upstreamShape,
  redirect: z
    .strictObject(redirectShape)
    .transform(toRedirect)
    .exactOptional()
    .describe('Answers with where to go, in place of to.'),
  response: z.strictObject(responseShape).exactOptional().describe('Answers with this text, in place of to.'),
  path_exceptions: z
    .array(z.enum(PATH_EXCEPTIONS))
    .min(1, 'expected at least one exception')
    .refine((list) => new Set(list).size === list.length, 'expected each exception once')
    .exactOptional()
    .describe('What paths may hold although it can be read in two ways: forwarded as it came.'),
  prefix_rewrite: z
    .string()
    .exactOptional()
    .describe('Takes the place of the prefix in the path that the service sees.'),
  host_rewrite: z.string().exactOptional().describe('The Host header that the service sees.'),
  preserve_host_header: z
    .boolean()
    .default(false)
    .describe('The service sees the host that the caller used.'),
};

/** What only a service behind the route could honour. Of a flag it counts whether it is set. */
const ABOUT_AN_UPSTREAM = [
  'prefix_rewrite',
  'host_rewrite',
  'preserve_host_header',
  'set_request_headers',
  'remove_request_headers',
  'pass_identity_headers',
  'allow_websockets',
  'timeout',
  'idle_timeout',
  'load_balancing_policy',
  'health_check',
  'tls_server_name',
  'tls_custom_ca_file',
  'tls_skip_verify',
  'tls_client_cert_file',
  'tls_client_key_file',
] as const;

const DESTINATIONS = ['to', 'redirect', 'response'] as const;

/** `document`: a route of the file as the schema has read it. */
export function destinationProblems(
  document: Readonly<Record<string, unknown>> & UpstreamDocument,
): readonly Problem[] {
  const isWritten = (key: string): boolean => document[key] !== undefined && document[key] !== false;
  const [first, ...others] = DESTINATIONS.filter(isWritten);
  if (first === undefined) return [{ path: ['to'], message: 'expected one of to, redirect and response' }];
  if (others.length > 0) return others.map((key) => ({ path: [key], message: `excludes ${first}` }));
  if (first === 'to') return upstreamProblems(document);
  return ABOUT_AN_UPSTREAM.filter(isWritten).map((key) => ({
    path: [key],
    message: `needs to: a route with ${first} has no service behind it`,
  }));
}

function toRedirect(written: z.output<z.ZodObject<typeof redirectShape>>): Redirect {
  return {
    ...optional('httpsRedirect', written.https_redirect),
    ...optional('schemeRedirect', written.scheme_redirect),
    ...optional('hostRedirect', written.host_redirect),
    ...optional('portRedirect', written.port_redirect),
    ...optional('pathRedirect', written.path_redirect),
    ...optional('prefixRewrite', written.prefix_rewrite),
    ...optional('responseCode', written.response_code),
    ...optional('stripQuery', written.strip_query),
  };
}

interface DestinationFields {
  readonly prefix_rewrite?: string;
  readonly host_rewrite?: string;
  readonly redirect?: Redirect;
  readonly response?: FixedResponse;
}

export function rewritingOf({ prefix_rewrite: prefix, host_rewrite: host }: DestinationFields): Rewriting {
  return { ...optional('prefixRewrite', prefix), ...optional('hostRewrite', host) };
}
