import type { HeaderOperations, Problem } from '@countersign/core';
import * as z from 'zod';
import { optional } from '../optional.ts';
import { claimPath } from './identity-provider.ts';

/** Headers of a route: who is asking, as the upstream is told, and what the file sets and takes away. */

/** RFC 9110 section 5.6.2, without the characters that some servers turn into others. */
const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,128}$/, 'expected a header name of letters, digits and "-"');

/** Names and values are judged when routes are compiled: a claim header of any route may be set by none. */
const lines = z.record(z.string(), z.string()).exactOptional();

export const headersShape = {
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
  assertion: z
    .enum(['per_session', 'per_request'])
    .exactOptional()
    .describe('How long an assertion is used again. Needs pass_identity_headers. Default: per_session.'),
  basic_challenge: z
    .boolean()
    .default(false)
    .describe('Asks programs for Basic too, with a token as the password: git and docker need it.'),
  set_request_headers: lines.describe('Header → value for the service, in place of what came.'),
  remove_request_headers: z
    .array(z.string())
    .exactOptional()
    .describe('Headers that the service does not get.'),
  set_response_headers: lines.describe('Header → value for the caller, in place of what came.'),
};

interface HeaderFields {
  readonly pass_identity_headers: boolean;
  readonly jwt_claims_headers: Readonly<Record<string, string>>;
  readonly assertion?: string;
  readonly set_request_headers?: Readonly<Record<string, string>>;
  readonly remove_request_headers?: readonly string[];
  readonly set_response_headers?: Readonly<Record<string, string>>;
}

export function headerProblems(document: HeaderFields): readonly Problem[] {
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
  return document.pass_identity_headers ? problems : [...problems, ...identityProblems(document)];
}

/** What says how identity is passed, where none is. */
function identityProblems({ jwt_claims_headers: headers, assertion }: HeaderFields): readonly Problem[] {
  const claims = Object.keys(headers).length > 0 ? ['jwt_claims_headers'] : [];
  return [...claims, ...(assertion === undefined ? [] : ['assertion'])].map((key) => ({
    path: [key],
    message: 'needs pass_identity_headers: true',
  }));
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

export function headerOperationsOf(fields: HeaderFields): HeaderOperations {
  return {
    ...optional('setRequest', fields.set_request_headers),
    ...optional('removeRequest', fields.remove_request_headers),
    ...optional('setResponse', fields.set_response_headers),
  };
}
