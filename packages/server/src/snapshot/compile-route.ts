import {
  canonicalResource,
  claimHeaderKeys,
  compileAccess,
  err,
  ok,
  type AccessDocument,
  type CompileOptions,
  type Problem,
  type Result,
  type Route,
  type RouteAccess,
} from '@countersign/core';
import { GATEWAY_FACTS } from '../config/gateway-facts.ts';
import type { Config, Origin, RouteConfig } from '../config/model.ts';
import { optional } from '../config/optional.ts';
import type { KeepPolicySet } from './compile-organization.ts';
import { fileId } from './file-id.ts';
import { declaredNames } from './merge-objects.ts';
import { compileTraffic } from './route-traffic.ts';

/** Compiles routes, in the order of the file; paths of problems begin at `routes`. Ties are the route table's to find. */
export function compileRouteList(
  { routes, organizations }: Config,
  keep: KeepPolicySet,
  options: CompileOptions = {},
): Result<readonly Route[], readonly Problem[]> {
  const names = declaredNames(organizations);
  const ports = portsByHost(routes);
  const claimHeaders = claimHeaderKeys(routes);
  const compiled: Route[] = [];
  const problems: Problem[] = [];
  for (const [index, route] of routes.entries()) {
    const policy = compileAccess(route.access, { ...options, facts: GATEWAY_FACTS });
    const traffic = compileTraffic(route, claimHeaders);
    if (!policy.ok || !traffic.ok) {
      const faults = [policy, traffic].flatMap((part) => (part.ok ? [] : part.error));
      problems.push(...faults.map((fault) => ({ ...fault, path: ['routes', index, ...fault.path] })));
      continue;
    }
    compiled.push({
      ...settingsOf(route),
      ...traffic.value,
      ...addressOf(route.from, ports),
      resource: resourceOf(route),
      id: fileId('rte', route.name),
      access: accessOf(route.access),
      policy: policy.value,
      policySet: keep({ kind: 'access', document: route.access }),
      // References have been checked: with more than one organization the file names them.
      organizations: route.organizations ?? names,
    });
  }
  return problems.length === 0 ? ok(compiled) : err(problems);
}

type Settings = Pick<
  Route,
  | 'name'
  | 'prefix'
  | 'path'
  | 'regex'
  | 'pathExceptions'
  | 'basicChallenge'
  | 'issuers'
  | 'identityProvider'
  | 'description'
  | 'idTokens'
  | 'assertion'
  | 'passIdentityHeaders'
  | 'claimHeaders'
  | 'allowWebsockets'
  | 'allowedOrigins'
  | 'rateLimit'
  | 'preserveHostHeader'
  | 'timeout'
>;

function settingsOf(route: RouteConfig): Settings {
  const { rateLimit } = route;
  return {
    name: route.name,
    prefix: route.prefix,
    passIdentityHeaders: route.passIdentityHeaders,
    claimHeaders: route.claimHeaders,
    allowWebsockets: route.allowWebsockets,
    preserveHostHeader: route.preserveHostHeader,
    timeout: route.timeout * 1000,
    ...optional('path', route.path),
    ...optional('regex', route.regex),
    ...optional('pathExceptions', route.pathExceptions),
    ...optional('allowedOrigins', route.allowedOrigins),
    ...optional('issuers', route.issuers),
    ...optional('identityProvider', route.identityProvider),
    ...optional('description', route.description),
    ...(rateLimit && { rateLimit: { ...rateLimit, per: rateLimit.per * 1000 } }),
    ...(route.basicChallenge ? { basicChallenge: true } : {}),
    ...(route.bearerTokenFormat === 'idp_identity_token' ? { idTokens: true } : {}),
    ...(route.assertion === 'per_request' ? { assertion: route.assertion } : {}),
  };
}

/** Hosts are compared without port, unless two routes differ by it alone (contract of the gateway). */
function addressOf(from: Origin, ports: PortsByHost): Pick<Route, 'scheme' | 'host' | 'port'> {
  const { scheme, host, port } = from;
  const differs = (ports.get(host)?.size ?? 0) > 1;
  return differs ? { scheme, host, port } : { scheme, host };
}

/**
 * The URL of a route as a resource. One that cannot be written as such (a regex, a wildcard, escapes) stays as it is:
 * no token can name it, so tokens that are limited to resources never open it.
 */
function resourceOf({ from, prefix, path, regex }: RouteConfig): string {
  // No URL has a space.
  if (regex !== undefined) return `${from.text} ${regex}`;
  const url = `${from.text}${path ?? prefix}`;
  return canonicalResource(url) ?? url;
}

/** What tokens of each organization may be limited to. */
export function resourcesByOrganization(routes: readonly Route[]): ReadonlyMap<string, ReadonlySet<string>> {
  const resources = new Map<string, Set<string>>();
  for (const { resource, organizations } of routes) {
    if (canonicalResource(resource) !== resource) continue;
    for (const name of organizations) resources.set(name, (resources.get(name) ?? new Set()).add(resource));
  }
  return resources;
}

type PortsByHost = ReadonlyMap<string, ReadonlySet<number>>;

function portsByHost(routes: readonly RouteConfig[]): PortsByHost {
  const ports = new Map<string, Set<number>>();
  for (const { from } of routes) ports.set(from.host, (ports.get(from.host) ?? new Set()).add(from.port));
  return ports;
}

function accessOf(document: AccessDocument): RouteAccess {
  if (document.public === true) return 'public';
  const { anyAuthenticated: _, ...asked } = document;
  return Object.keys(asked).length === 0 ? 'authenticated' : 'policy';
}
