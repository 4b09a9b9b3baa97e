import * as z from 'zod';
import type { Config } from './model.ts';
import { listenAddress, serviceUrl } from './schema/address.ts';
import { claimsShape, identityProvider, identityProviderShape } from './schema/identity-provider.ts';
import { issuerShape } from './schema/issuer.ts';
import {
  memberShape,
  organization,
  organizationShape,
  runnerShape,
  teamShape,
} from './schema/organization.ts';
import { policyTest, policyTestShape, testRequestShape } from './schema/policy-test.ts';
import { policyShape } from './schema/policy.ts';
import { allowPrivateIssuers } from './schema/private-networks.ts';
import { redirectShape, responseShape } from './schema/route-destination.ts';
import { rateLimitShape } from './schema/route-traffic.ts';
import { healthCheckShape } from './schema/route-upstream.ts';
import { route, routeShape } from './schema/route.ts';
import { duration } from './schema/scalar.ts';
import { corsOrigins } from './schema/cors-origins.ts';
import { redirectHosts } from './schema/redirect-hosts.ts';
import { certificateShape, tls, tlsShape } from './schema/tls.ts';
import { trustedProxies } from './schema/trusted-proxies.ts';
import {
  adminToken,
  compatibility,
  compatibilityShape,
  egressProxy,
  encryptionKeys,
  limits,
  limitsShape,
  log,
  logShape,
  metrics,
  metricsShape,
  retention,
  retentionShape,
  session,
  sessionShape,
  storage,
} from './schema/settings.ts';

/**
 * The configuration file as a whole. Strict at every level: a key that is not here is refused, because a setting that
 * is silently ignored is a guard that somebody believes in.
 */

const rootShape = {
  listen: listenAddress.prefault('127.0.0.1:8080').describe('host:port; port 0 picks a free one.'),
  tls: tls.exactOptional().describe('Our certificates. Absent: requests come without TLS.'),
  api_listen: listenAddress.exactOptional().describe('host:port; then the API is there and nowhere else.'),
  url: serviceUrl.describe('Public base URL of the service.'),
  storage: storage.prefault('sqlite:countersign.db').describe('sqlite:PATH or sqlite::memory:.'),
  admin_token: adminToken
    .exactOptional()
    .describe('Site administrator, over the API only. At least 32 characters.'),
  encryption_key: encryptionKeys
    .exactOptional()
    .describe(
      '32 bytes in base64, or a list: the first seals, all open. Absent: made once beside the database.',
    ),
  allow_private_issuers: allowPrivateIssuers
    .prefault(false)
    .describe(
      'true, or a list of hosts and networks: issuers and identity providers may have these private addresses, and http: on loopback.',
    ),
  egress_proxy: egressProxy
    .exactOptional()
    .describe('Forward proxy for everything that is fetched; then hosts, not addresses, are checked.'),
  trusted_proxies: trustedProxies
    .default([])
    .describe('Addresses and networks whose Forwarded and X-Forwarded-* are believed.'),
  cors_origins: corsOrigins
    .default([])
    .describe('Origins of pages that may read what the token endpoint and the API answer.'),
  programmatic_redirect_domain_whitelist: redirectHosts
    .prefault(['localhost'])
    .describe('Hosts that a program may have its person sent back to; localhost is every loopback address.'),
  clock_leeway: duration('0s', '2m').prefault('30s').describe('On exp, nbf and iat.'),
  organizations: z.array(organization).default([]),
  identity_providers: z.array(identityProvider).default([]).describe('Where people sign in.'),
  routes: z.array(route).default([]).describe('What the gateway forwards where, for whom.'),
  session: session.prefault({}),
  limits: limits.prefault({}),
  retention: retention.prefault({}).describe('How long things are kept.'),
  max_staleness: duration('1s', '10m')
    .prefault('5s')
    .describe('How long a process may go without hearing of changes.'),
  tests: z.array(policyTest).default([]).describe('Made-up exchanges, proved before anything starts.'),
  compatibility: compatibility.prefault({}),
  log: log.prefault({}),
  metrics: metrics.exactOptional().describe('Absent: nothing is measured.'),
};

/** Keys that exist, by place. `*` stands for every entry of a list. */
export const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(rootShape),
  tls: Object.keys(tlsShape),
  'tls.certificates.*': Object.keys(certificateShape),
  'organizations.*': Object.keys(organizationShape),
  'organizations.*.members.*': Object.keys(memberShape),
  'organizations.*.teams.*': Object.keys(teamShape),
  'organizations.*.runners.*': Object.keys(runnerShape),
  'organizations.*.issuers.*': Object.keys(issuerShape),
  'organizations.*.issuers.*.policies.*': Object.keys(policyShape),
  'identity_providers.*': Object.keys(identityProviderShape),
  'identity_providers.*.claims': Object.keys(claimsShape),
  'routes.*': Object.keys(routeShape),
  'routes.*.health_check': Object.keys(healthCheckShape),
  'routes.*.rate_limit': Object.keys(rateLimitShape),
  'routes.*.redirect': Object.keys(redirectShape),
  'routes.*.response': Object.keys(responseShape),
  session: Object.keys(sessionShape),
  limits: Object.keys(limitsShape),
  retention: Object.keys(retentionShape),
  'tests.*': Object.keys(policyTestShape),
  'tests.*.request': Object.keys(testRequestShape),
  compatibility: Object.keys(compatibilityShape),
  log: Object.keys(logShape),
  metrics: Object.keys(metricsShape),
};

export const configSchema = z.strictObject(rootShape).transform((file): Config => ({
  listen: file.listen,
  url: file.url,
  storage: file.storage,
  encryptionKeys: file.encryption_key ?? [],
  allowPrivateIssuers: file.allow_private_issuers,
  trustedProxies: file.trusted_proxies,
  corsOrigins: file.cors_origins,
  redirectHosts: file.programmatic_redirect_domain_whitelist,
  clockLeeway: file.clock_leeway,
  organizations: file.organizations,
  identityProviders: file.identity_providers,
  routes: file.routes,
  session: file.session,
  limits: file.limits,
  retention: file.retention,
  maxStaleness: file.max_staleness,
  tests: file.tests,
  refusalError: file.compatibility.refusal_error,
  log: file.log,
  ...(file.tls === undefined ? {} : { tls: file.tls }),
  ...(file.api_listen === undefined ? {} : { apiListen: file.api_listen }),
  ...(file.metrics === undefined ? {} : { metrics: file.metrics }),
  ...(file.egress_proxy === undefined ? {} : { egressProxy: file.egress_proxy }),
  ...(file.admin_token === undefined ? {} : { adminTokenHash: file.admin_token }),
}));
