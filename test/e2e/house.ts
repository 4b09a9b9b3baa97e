import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';

/** The whole product as a stranger runs it: a real process, a real SQLite file, foreign issuers, an upstream. */
export interface House {
  readonly server: ServerProcess;
  /** Trusted by `acme` as `ci` (RS256). */
  readonly ci: TestIssuer;
  /** Trusted by `acme` as `cluster` (ES256). */
  readonly cluster: TestIssuer;
  /** Trusted by `globex` as `ci`. */
  readonly foreign: TestIssuer;
  /** Identity provider `corp` of `acme`. */
  readonly corp: TestIssuer;
  readonly upstream: TestUpstream;
  readonly adminToken: string;
  dispose(): Promise<void>;
}

export const ADMIN_TOKEN = 'site-administrator-of-the-tests-only';

/** `extra`: more entries of `routes`, or what follows them; a function is given the URL of the upstream. */
export async function startHouse(extra: string | ((upstream: string) => string) = ''): Promise<House> {
  const [ci, cluster, foreign, corp, upstream] = await Promise.all([
    startIssuer('RS256', '/ci'),
    startIssuer('ES256', '/cluster'),
    startIssuer('RS256', '/foreign'),
    startIssuer('RS256', '/corp'),
    startUpstream(),
  ]);
  const more = typeof extra === 'string' ? extra : extra(upstream.url);
  const file = configuration({ ci, cluster, foreign, corp, upstream }) + more;
  const server = await startServerProcess(file, { COUNTERSIGN_ADMIN_TOKEN: ADMIN_TOKEN });
  return {
    server,
    ci,
    cluster,
    foreign,
    corp,
    upstream,
    adminToken: ADMIN_TOKEN,
    dispose: async () => {
      await server.dispose();
      await Promise.all([ci, cluster, foreign, corp, upstream].map((part) => part.close()));
    },
  };
}

type Parts = Pick<House, 'ci' | 'cluster' | 'foreign' | 'corp' | 'upstream'>;

function configuration({ ci, cluster, foreign, corp, upstream }: Parts): string {
  return `
listen: 127.0.0.1:\${PORT}
url: http://localhost:\${PORT}
storage: sqlite:countersign.db
admin_token: \${COUNTERSIGN_ADMIN_TOKEN}
allow_private_issuers: true
# Most of what is tried here fails, and all of it comes from one address.
limits: { failures_per_second_per_address: 100000 }
organizations:
  - name: acme
    members:
      - { login: ada, email: ada@acme.example, name: Ada, role: admin }
      - { login: bob, email: bob@acme.example, role: member }
    teams:
      - { name: platform, display_name: Platform, members: [ada] }
    runners:
      - { name: linux }
    issuers:
      - name: ci
        url: ${ci.url}
        policies:
          - { decision: allow, token_type: organization, permissions: [admin], rules: { sub: 'repo:acme/ops:*' } }
          - { decision: allow, token_type: organization, rules: { sub: 'repo:acme/*' } }
          - { decision: allow, token_type: team, team: platform, max_expiration: 1h, rules: { sub: 'repo:acme/*:ref:refs/heads/main' } }
          - { decision: allow, token_type: personal, user: ada, match: { repository_id: { equals: '42' } } }
          - { decision: allow, token_type: personal, user: bob, rules: { sub: 'repo:acme/bob:*' } }
          - { decision: allow, token_type: runner, runner: linux, rules: { sub: 'repo:acme/*' } }
          - { decision: deny, token_type: team, rules: { event_name: pull_request } }
      - name: cluster
        url: ${cluster.url}/
        audiences: [https://countersign.acme.example]
        max_expiration: 10m
        max_token_age: 1h
        policies:
          - decision: allow
            token_type: team
            team: platform
            match: { '"kubernetes.io".namespace': { one_of: [deploy, ops] } }
      - name: off
        url: http://127.0.0.1:1/off
        disabled: true
        policies:
          - { decision: allow, token_type: organization, rules: { sub: x } }
  - name: globex
    issuers:
      - name: ci
        url: ${foreign.url}
        policies:
          - { decision: allow, token_type: organization, rules: { sub: '*' } }
identity_providers:
  - name: corp
    issuer: ${corp.url}
    client_id: countersign
    audiences: [cli-client]
    organizations: [acme]
    email_domains: [acme.example]
routes:
  - name: orders
    from: http://orders.localhost:\${PORT}
    to: ${upstream.url}
    organizations: [acme]
    pass_identity_headers: true
    allow_websockets: true
    jwt_claims_headers: { x-repository: repository }
    policy:
      allow:
        or:
          - team: acme/platform
          - domain: acme.example
          - claim/repository: acme/ops
  - name: open
    from: http://open.localhost:\${PORT}
    to: ${upstream.url}
    organizations: [acme]
    allow_public_unauthenticated_access: true
`;
}
