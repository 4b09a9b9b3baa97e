import { apiError } from './api/answer.ts';
import { createOpenapiEndpoint } from './api/openapi/endpoint.ts';
import { callOperation, type Operation } from './api/operation.ts';
import { OPERATIONS, type ApiDeps } from './api/operations.ts';
import type { ExchangeDeps } from './exchange/model.ts';
import { errorPage } from './http/error-page.ts';
import type { Answer, ServiceRequest } from './http/message.ts';
import { backchannelLogoutEndpoint, type BackchannelLogoutDeps } from './login/backchannel-logout.ts';
import { LOGIN_ENDPOINTS } from './login/endpoints.ts';
import type { DevicePagesDeps } from './login/device.ts';
import { deviceAuthorizationEndpoint } from './oauth/device-authorization.ts';
import { audienceEndpoint } from './oauth/audience.ts';
import { introspectionEndpoint, type IntrospectionDeps } from './oauth/introspection.ts';
import { jwksEndpoint, type JwksDeps } from './oauth/jwks.ts';
import { authorizationServerMetadata, openidConfiguration } from './oauth/metadata.ts';
import { revocationEndpoint, type RevocationDeps } from './oauth/revocation.ts';
import { tokenEndpoint, type TokenEndpointDeps } from './oauth/token-endpoint.ts';
import { programmaticTokenEndpoint } from './programmatic/token-endpoint.ts';

/**
 * What the service host serves: two lists, read top to bottom. A path that is in neither does not exist; a method that
 * no row of the path names is refused with `Allow`.
 */
export interface ServiceDeps
  extends
    ExchangeDeps,
    TokenEndpointDeps,
    RevocationDeps,
    IntrospectionDeps,
    JwksDeps,
    BackchannelLogoutDeps,
    DevicePagesDeps,
    ApiDeps {
  readonly keys: ExchangeDeps['keys'];
  readonly massRevocations: ApiDeps['massRevocations'];
}

/** What anybody may ask; each endpoint authenticates and answers a wrong method in the error shape of its protocol. */
interface Endpoint {
  readonly path: string;
  /** `any`: the endpoint looks at the method itself. */
  readonly method: 'any' | 'GET' | 'POST';
  readonly handle: (
    deps: ServiceDeps,
    request: ServiceRequest,
    parameter: (name: string) => string,
  ) => Answer | Promise<Answer>;
}

const openapi = createOpenapiEndpoint();

export const ENDPOINTS: readonly Endpoint[] = [
  { path: '/api/oauth/token', method: 'any', handle: tokenEndpoint },
  { path: '/api/oauth/device', method: 'any', handle: deviceAuthorizationEndpoint },
  { path: '/api/v1/token', method: 'any', handle: programmaticTokenEndpoint },
  { path: '/api/oauth/introspect', method: 'any', handle: introspectionEndpoint },
  { path: '/api/oauth/revoke', method: 'any', handle: revocationEndpoint },
  { path: '/.pomerium/backchannel_logout', method: 'any', handle: backchannelLogoutEndpoint },
  ...LOGIN_ENDPOINTS,
  { path: '/api/oauth/audience', method: 'GET', handle: audienceEndpoint },
  {
    path: '/.well-known/oauth-authorization-server',
    method: 'GET',
    handle: authorizationServerMetadata,
  },
  { path: '/.well-known/openid-configuration', method: 'GET', handle: openidConfiguration },
  { path: '/.well-known/jwks.json', method: 'GET', handle: jwksEndpoint },
  { path: '/openapi.json', method: 'GET', handle: openapi },
  { path: '/api/openapi/pulumi-spec.json', method: 'GET', handle: openapi },
  {
    path: '/errors/:code',
    method: 'GET',
    handle: (_deps, _request, parameter) => errorPage(parameter('code')) ?? notFound(),
  },
];

/** What a listener offers of it: both lists, or one of them where the API has an address of its own. */
export type Offer = 'everything' | 'endpoints' | 'operations';

/** Whether there is anything at a path. */
export function isServed(path: string, offer: Offer): boolean {
  const isAt = (each: { readonly path: string }): boolean => matchPath(each.path, path) !== undefined;
  return endpointsOf(offer).some(isAt) || (offer !== 'endpoints' && OPERATIONS.some(isAt));
}

/** Answers a request to the service host. */
export async function serve(
  deps: ServiceDeps,
  request: ServiceRequest,
  offer: Offer = 'everything',
): Promise<Answer> {
  const allowed: string[] = [];
  for (const endpoint of endpointsOf(offer)) {
    const parameters = matchPath(endpoint.path, request.path);
    if (!parameters) continue;
    const { method } = endpoint;
    if (method === 'any' || matchesMethod(method, request.method))
      return endpoint.handle(deps, request, (name) => parameters[name] ?? '');
    allowed.push(...methodsOf(method));
  }
  if (allowed.length > 0) return notAllowed(allowed);
  return offer === 'endpoints' ? notFound() : serveOperation(deps, request);
}

/** With the operations go the documents that describe them. */
function endpointsOf(offer: Offer): readonly Endpoint[] {
  return offer === 'operations' ? ENDPOINTS.filter(({ handle }) => handle === openapi) : ENDPOINTS;
}

async function serveOperation(deps: ServiceDeps, request: ServiceRequest): Promise<Answer> {
  const allowed: string[] = [];
  for (const operation of OPERATIONS) {
    const parameters = matchPath(operation.path, request.path);
    if (!parameters) continue;
    if (matchesMethod(operation.method, request.method))
      return callOperation(operation, deps, request, parameters);
    allowed.push(...methodsOf(operation.method));
  }
  return allowed.length > 0 ? notAllowed(allowed) : notFound();
}

function matchesMethod(wanted: Operation<ApiDeps>['method'], method: string): boolean {
  return method === wanted || (wanted === 'GET' && method === 'HEAD');
}

function methodsOf(method: Operation<ApiDeps>['method']): readonly string[] {
  return method === 'GET' ? ['GET', 'HEAD'] : [method];
}

function notAllowed(methods: readonly string[]): Answer {
  return apiError(405, 'Method not allowed.', { allow: [...new Set(methods)].join(', ') });
}

function notFound(): Answer {
  return apiError(404, 'Not found.');
}

/** The values of the `:names` of a pattern, or `undefined` when the path is another. */
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
