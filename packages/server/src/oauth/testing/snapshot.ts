import { compileTrust, type TrustPolicy } from '@countersign/core';
import type { Organization, OrganizationDirectory, Snapshot, TrustedIssuer } from '../../snapshot/model.ts';
import { hashOf } from '../../tokens/issue.ts';

/** One organization with an issuer for each thing that can be said of one, and another organization beside it. */

const URL_OF_US = 'https://sts.example';
export const ADMIN_TOKEN = 'site-administrator-of-the-tests-only';
export const ROUTES = ['https://orders.example', 'https://wiki.example/docs'] as const;

const allow = (tokenType: TrustPolicy['tokenType'], more: Partial<TrustPolicy> = {}): TrustPolicy => ({
  decision: 'allow',
  tokenType,
  permissions: [],
  rules: { sub: 'repo:acme/*' },
  match: {},
  ...more,
});

const POLICIES: readonly TrustPolicy[] = [
  allow('organization'),
  allow('organization', { permissions: ['admin'], rules: { sub: 'repo:acme/ops' } }),
  allow('team', { target: 'platform' }),
  allow('team', { target: 'ghosts' }),
  allow('personal', { target: 'bob', format: 'jwt', resources: [ROUTES[0]] }),
  { decision: 'deny', tokenType: 'team', permissions: [], rules: { event: 'pull_request' }, match: {} },
];

export function issuer(name: string, over: Partial<TrustedIssuer> = {}): TrustedIssuer {
  const policies = over.policies ?? POLICIES;
  const trust = compileTrust(policies);
  if (!trust.ok) throw new Error(JSON.stringify(trust.error));
  return {
    id: `iss_${name}`,
    name,
    organization: 'acme',
    url: `https://${name}.example`,
    disabled: false,
    audiences: ['urn:pulumi:org:acme', 'urn:countersign:org:acme', URL_OF_US],
    replay: 'allow',
    maxExpiration: 90_000,
    policies,
    policyIds: policies.map((_policy, index) => `pol_${name}_${index}`),
    trust: trust.value,
    policySet: 'hash-of-the-policies',
    policyListId: `pls_${name}`,
    ...over,
  };
}

function directoryOf(organization: string): OrganizationDirectory {
  return {
    organization,
    members: new Map([
      ['ada', { user: 'usr_ada', login: 'ada', role: 'admin' }],
      ['bob', { user: 'usr_bob', login: 'bob', role: 'member' }],
    ]),
    teams: new Map([
      [
        'platform',
        { name: 'platform', displayName: 'Platform', description: '', members: ['ada'], admins: [] },
      ],
    ]),
    serviceAccounts: new Map(),
    runners: new Set(),
    runnersById: new Map(),
    resources: new Set(ROUTES),
  };
}

function organizationOf(name: string, issuers: readonly TrustedIssuer[]): [string, Organization] {
  return [
    name,
    {
      name,
      directory: directoryOf(name),
      issuers: new Map(issuers.map((one) => [one.url, one])),
      issuersById: new Map(issuers.map((one) => [one.id, one])),
    },
  ];
}

export function testSnapshot(more: Partial<Snapshot['settings']> = {}): Snapshot {
  return {
    version: 'of-the-tests',
    service: { url: URL_OF_US, scheme: 'https', host: 'sts.example' },
    organizations: new Map([
      organizationOf('acme', [
        issuer('ci', { maxTokenAge: 3600 }),
        issuer('once', { replay: 'once' }),
        issuer('off', { disabled: true }),
        issuer('down'),
      ]),
      organizationOf('globex', [issuer('other', { organization: 'globex' })]),
    ]),
    identityProviders: new Map(),
    identityProvidersById: new Map(),
    routes: [],
    settings: {
      trustedProxies: () => false,
      clockLeeway: 30,
      refusalError: 'invalid_request',
      sessionLifetime: 3600,
      sessionIdle: 0,
      sessionCookie: '_countersign',
      limits: { body: 65_536, apiBody: 8_388_608, headers: 32_768, token: 16_384 },
      failuresPerSecond: 20,
      retention: { refusals: 1, exchanges: 1, audit: 1, expiredTokens: 1, rows: 1 },
      maxStaleness: 5,
      corsOrigins: new Set(),
      redirectHosts: ['localhost'],
      adminTokenHash: hashOf(ADMIN_TOKEN),
      ...more,
    },
    policySets: new Map(),
    claimPaths: [],
  };
}
