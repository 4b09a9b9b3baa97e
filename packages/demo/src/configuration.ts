/**
 * The configuration of the demo, as a person would write it: the file is the first example that many will read, and
 * it is an ordinary configuration. Nothing in it turns the demo on; it only trusts issuers on loopback.
 */

export interface DemoPorts {
  /** Port of the service and of the protected host. */
  readonly port: number;
  /** `http://127.0.0.1:PORT` of the demo identity provider. */
  readonly identityProvider: string;
  /** `http://127.0.0.1:PORT` of the echo upstream. */
  readonly upstream: string;
}

/** Organization that everything in the demo belongs to. */
export const ORGANIZATION = 'acme';

/** The environment variable that the file takes the administrator's token from. */
export const ADMIN_TOKEN_VARIABLE = 'COUNTERSIGN_ADMIN_TOKEN';

/** `http://orders.localhost:PORT`: the one protected host. */
export function protectedUrl(port: number): string {
  return `http://orders.localhost:${port}`;
}

/** `http://127.0.0.1:PORT`: an address rather than a name, so that every client reaches it without a resolver. */
export function serviceUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** The text of `countersign.yaml`. */
export function demoConfiguration({ port, identityProvider, upstream }: DemoPorts): string {
  return `# The configuration of this demo. It is deleted when the demo ends.
listen: 127.0.0.1:${port}
url: ${serviceUrl(port)}
storage: sqlite:countersign.db
admin_token: \${${ADMIN_TOKEN_VARIABLE}}
allow_private_issuers: [127.0.0.1]    # the demo issuers are on loopback
log: { level: error }

organizations:
  - name: ${ORGANIZATION}
    members:
      - { login: ada, email: ada@acme.example, name: Ada, role: admin }
      - { login: grace, email: grace@acme.example, name: Grace, role: member }
    teams:
      - { name: platform, display_name: Platform, members: [ada] }
    runners:
      - { name: linux }
    issuers:
${githubIssuer(identityProvider)}${otherIssuers(identityProvider)}
identity_providers:
  - name: corp
    issuer: ${identityProvider}/corp
    client_id: countersign-demo
    organizations: [${ORGANIZATION}]
    email_domains: [acme.example]

routes:
  - name: orders
    from: ${protectedUrl(port)}
    to: ${upstream}
    policy:
      allow:
        or:
          - team: { is: ${ORGANIZATION}/platform }
          - domain: { is: acme.example }
    pass_identity_headers: true
`;
}

function githubIssuer(identityProvider: string): string {
  return `      - name: github
        url: ${identityProvider}/github
        max_expiration: 1h
        policies:
          # The deploy workflow on main speaks for the platform team. Names can be given away: the ids cannot.
          - decision: allow
            token_type: team
            team: platform
            rules:
              sub: repo:acme/shop:ref:refs/heads/main
            match:
              repository_id: { equals: "456789" }
              repository_owner_id: { equals: "123456" }
          # Nothing that runs for a pull request gets a token, whatever else is allowed.
          - decision: deny
            token_type: team
            match:
              event_name: { one_of: [pull_request, pull_request_target] }
`;
}

function otherIssuers(identityProvider: string): string {
  return `      - name: gitlab
        url: ${identityProvider}/gitlab
        policies:
          - decision: allow
            token_type: team
            team: platform
            match:
              project_id: { equals: "8412" }
              ref_path: { equals: refs/heads/main }
              ref_protected: { equals: "true" }
      - name: kubernetes
        url: ${identityProvider}/kubernetes
        policies:
          - decision: allow
            token_type: runner
            runner: linux
            match:
              sub: { equals: "system:serviceaccount:ci:builder" }
              '"kubernetes.io".namespace': { equals: ci }
      - name: google
        url: ${identityProvider}/google
        policies:
          - decision: allow
            token_type: organization
            match:
              sub: { equals: "108530000000000000042" }
              email_verified: { equals: true }
`;
}
