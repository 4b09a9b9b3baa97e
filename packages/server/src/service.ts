import { getDecision, type DecisionsDeps } from './api/decisions.ts';
import { apiError } from './api/answer.ts';
import { getUser } from './api/user.ts';
import type { ExchangeDeps } from './exchange/model.ts';
import { errorPage } from './http/error-page.ts';
import type { Answer, ServiceRequest } from './http/message.ts';
import { revocationEndpoint, type RevocationDeps } from './oauth/revocation.ts';
import { tokenEndpoint, type TokenEndpointDeps } from './oauth/token-endpoint.ts';
import { programmaticTokenEndpoint } from './programmatic/token-endpoint.ts';

/**
 * What the service host serves: one list, read top to bottom. A path that is not in it does not exist; a method that
 * its row does not name is refused with `Allow`.
 */
export interface ServiceDeps extends ExchangeDeps, TokenEndpointDeps, RevocationDeps, DecisionsDeps {}

interface Endpoint {
  /** Segments; one that begins with `:` matches any single segment. */
  readonly path: string;
  /** `any`: the endpoint answers a wrong method itself, in the error shape of its protocol. */
  readonly method: 'any' | 'GET';
  readonly handle: (
    deps: ServiceDeps,
    request: ServiceRequest,
    parameter: (name: string) => string,
  ) => Answer | Promise<Answer>;
}

const ENDPOINTS: readonly Endpoint[] = [
  { path: '/api/oauth/token', method: 'any', handle: tokenEndpoint },
  { path: '/api/oauth/revoke', method: 'any', handle: revocationEndpoint },
  { path: '/api/v1/token', method: 'any', handle: programmaticTokenEndpoint },
  { path: '/api/user', method: 'GET', handle: getUser },
  {
    path: '/api/decisions/:id',
    method: 'GET',
    handle: (deps, request, parameter) => getDecision(deps, request, { id: parameter('id') }),
  },
  {
    path: '/api/orgs/:org/decisions/:id',
    method: 'GET',
    handle: (deps, request, parameter) =>
      getDecision(deps, request, { id: parameter('id'), organization: parameter('org') }),
  },
  {
    path: '/errors/:code',
    method: 'GET',
    handle: (_deps, _request, parameter) => errorPage(parameter('code')) ?? notFound(),
  },
];

/** Answers a request to the service host. */
export async function serve(deps: ServiceDeps, request: ServiceRequest): Promise<Answer> {
  for (const endpoint of ENDPOINTS) {
    const parameters = matchPath(endpoint.path, request.path);
    if (!parameters) continue;
    if (endpoint.method === 'GET' && request.method !== 'GET' && request.method !== 'HEAD') {
      return apiError(405, 'Method not allowed.', { allow: 'GET, HEAD' });
    }
    return endpoint.handle(deps, request, (name) => parameters[name] ?? '');
  }
  return notFound();
}

function notFound(): Answer {
  return apiError(404, 'Not found.');
}

function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  if (pattern === path) return {};
  if (!pattern.includes(':')) return undefined;
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? '';
    if (segment.startsWith(':')) parameters[segment.slice(1)] = value;
    else if (segment !== value) return undefined;
  }
  return parameters;
}
