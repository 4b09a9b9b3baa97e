import { hash } from 'node:crypto';
import {
  compileRoutes,
  err,
  issuerKey,
  ok,
  type CompileOptions,
  type Problem,
  type Result,
  type UpstreamTls,
} from '@countersign/core';
import { canonicalJson } from '../audit/canonical-json.ts';
import { policySetHash } from '../audit/policy-set.ts';
import type { Config, IdentityProviderConfig, RouteConfig } from '../config/model.ts';
import { networkSet } from '../config/schema/network.ts';
import type { RuledProblem } from '../config/problem.ts';
import { claimPathsOf } from './claim-paths.ts';
import { compileOrganization, type KeepPolicySet } from './compile-organization.ts';
import { compileRouteList, resourcesByOrganization } from './compile-route.ts';
import { fileId } from './file-id.ts';
import { declaredNames } from './merge-objects.ts';
import { provePolicyTests } from './policy-tests.ts';
import type { IdentityProvider, Organization, PolicySetDocument, Settings, Snapshot } from './model.ts';

/**
 * Configuration → snapshot: compile, then evaluate. Either everything compiles or nothing is swapped in; all problems
 * come together, with the paths of the file. Pure but for hashing: the same file gives the same snapshot, ids included.
 */
export function compileSnapshot(
  config: Config,
  { conditions }: CompileOptions = {},
): Result<Snapshot, readonly RuledProblem[]> {
  const policySets = new Map<string, PolicySetDocument>();
  const keep: KeepPolicySet = (document) => {
    const cited = policySetHash(document);
    policySets.set(cited, document);
    return cited;
  };
  const routes = compileRouteList(config, keep, { conditions });
  // The gateway makes its own table of these routes; a table that does not compile is found here, at load.
  const table = routes.ok ? compileRoutes(routes.value) : routes;
  const resources = resourcesByOrganization(routes.ok ? routes.value : []);
  const context = { serviceUrl: config.url.text, resources, keep, conditions };
  const problems: Problem[] = [];
  const organizations: Organization[] = [];
  for (const [index, organization] of config.organizations.entries()) {
    const compiled = compileOrganization(organization, context);
    if (compiled.ok) organizations.push(compiled.value);
    else for (const fault of compiled.error) problems.push(within(['organizations', index], fault));
  }
  if (!table.ok) problems.push(...table.error);
  if (problems.length > 0 || !routes.ok) return err(problems);
  const byName = new Map(organizations.map((organization) => [organization.name, organization]));
  const failed = provePolicyTests(config.tests, byName);
  return failed.length > 0 ? err(failed) : ok(snapshotOf(config, byName, routes.value, policySets));
}

function snapshotOf(
  config: Config,
  organizations: Snapshot['organizations'],
  routes: Snapshot['routes'],
  policySets: Snapshot['policySets'],
): Snapshot {
  const providers = config.identityProviders.map((provider) => identityProvider(provider, config));
  return Object.freeze({
    version: versionOf(config),
    service: { url: config.url.text, scheme: config.url.scheme, host: config.url.host },
    organizations,
    identityProviders: Map.groupBy(providers, ({ issuer }) => issuerKey(issuer)),
    identityProvidersById: new Map(providers.map((provider) => [provider.id, provider])),
    routes,
    settings: settingsOf(config),
    policySets,
    claimPaths: claimPathsOf(routes),
  });
}

function within(path: Problem['path'], fault: Problem): Problem {
  return { ...fault, path: [...path, ...fault.path] };
}

function identityProvider(provider: IdentityProviderConfig, config: Config): IdentityProvider {
  const { name, issuer, clientId, audiences, organizations, emailDomains, ...rest } = provider;
  const { clientSecret, scopes, emailIsVerified, claims } = rest;
  return {
    // The issuer is part of the id: another provider under an old name must not inherit the sessions of the old one.
    id: fileId('idp', name, issuerKey(issuer)),
    name,
    issuer,
    clientId,
    scopes,
    audiences: [...new Set([clientId, ...audiences])],
    organizations: organizations ?? declaredNames(config.organizations),
    emailIsVerified,
    claims,
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(emailDomains === undefined ? {} : { emailDomains }),
  };
}

function settingsOf(config: Config): Settings {
  return {
    trustedProxies: networkSet(config.trustedProxies),
    clockLeeway: config.clockLeeway,
    refusalError: config.refusalError,
    sessionLifetime: config.session.lifetime,
    sessionIdle: config.session.idle,
    sessionCookie: config.session.cookieName,
    limits: limitsOf(config.limits),
    failuresPerSecond: config.limits.failuresPerSecondPerAddress,
    retention: config.retention,
    maxStaleness: config.maxStaleness,
    corsOrigins: new Set(config.corsOrigins),
    redirectHosts: config.redirectHosts,
    ...(config.adminTokenHash === undefined ? {} : { adminTokenHash: config.adminTokenHash }),
  };
}

function limitsOf({ body, apiBody, headers, token }: Config['limits']): Settings['limits'] {
  return { body, apiBody, headers, token };
}

/**
 * Two processes compare these. It covers what is configured, and of the administrator's token its hash; no key, and of
 * the proxy's credentials, secrets of clients and headers that may hold those of upstreams nothing: a version may be shown, and whoever
 * saw it could try passwords against it.
 */
function versionOf({ encryptionKeys: _, adminTokenHash, egressProxy, tls, ...config }: Config): string {
  const administrator = adminTokenHash === undefined ? null : Buffer.from(adminTokenHash).toString('hex');
  const proxy = egressProxy === undefined ? null : new URL(egressProxy).host;
  const routes = config.routes.map(withoutSecrets);
  // A certificate says which key it has.
  const certificates = tls?.certificates.map(({ cert }) => cert) ?? [];
  const identityProviders = config.identityProviders.map(({ clientSecret: __, ...provider }) => provider);
  const shown = { certificates, clientCa: tls?.clientCa ?? null };
  return hash(
    'sha256',
    canonicalJson({ ...config, identityProviders, routes, administrator, proxy, tls: shown }),
    'base64url',
  );
}

function withoutSecrets({ headerOperations, to, ...route }: RouteConfig): object {
  const { setRequest = {}, ...others } = headerOperations;
  const upstream = to && { ...to, tls: withoutKey(to.tls) };
  return { ...route, to: upstream, headerOperations: { ...others, setRequest: Object.keys(setRequest) } };
}

/** The certificate says which key it is. */
function withoutKey({ client, ...tls }: UpstreamTls = {}): object {
  return { ...tls, client: client?.cert };
}
