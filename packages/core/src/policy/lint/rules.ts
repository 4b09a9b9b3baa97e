/**
 * What lint looks for: a closed list, so that a finding can be looked up, counted and documented. Lint reads policies
 * and never changes what they mean; it shows tokens that pass, and proves with the engine that they do.
 */
export const LINT_RULES = {
  'owner-missing': {
    cause: 'The allow policy does not say whose tokens it takes.',
    fix: 'Pin an owner claim of the platform in match, an id where there is one.',
  },
  'owner-wildcard': {
    cause: 'The allow policy has a wildcard where the owner is named, so that other owners pass.',
    fix: 'Write the owner out up to the delimiter that ends it, or pin its id.',
  },
  'condition-only': {
    cause:
      'Nothing but a condition says whose tokens the allow policy takes, and lint cannot read that out of it.',
    fix: 'Pin the owner in match, and leave the condition what is about several claims.',
  },
  'whole-issuer': {
    cause: 'The allow policy takes every token of the issuer.',
    fix: 'Pin sub, or another claim that tells workloads apart.',
  },
  'name-not-id': {
    cause: 'The allow policy pins a name, and a name can be given to somebody else.',
    fix: 'Pin the id beside it.',
  },
  'pattern-crosses': {
    cause: 'A "*" of rules takes "/" and ":" too, so that it can swallow the parts that follow.',
    fix: 'Write the pattern as a glob in match, where "*" stays within its segment.',
  },
  'pattern-dot': {
    cause: 'A "." of rules is any character.',
    fix: 'Write the value in match, where "." is a dot.',
  },
  'pattern-question': {
    cause: 'A "?" of rules is one character or none.',
    fix: 'Write the values out with one_of in match.',
  },
  'outside-run': {
    cause: 'The allow policy takes runs that somebody outside can cause.',
    fix: 'Pin the branch, the environment or the event, or add a deny for such runs.',
  },
  'never-matches': {
    cause: 'The conditions of the policy contradict each other.',
    fix: 'Take one of them away, or write two policies.',
  },
  'covered-by-deny': {
    cause: 'A deny policy refuses everything that the allow policy would take.',
    fix: 'Take one of the two away.',
  },
  duplicate: {
    cause: 'The policy says the same as an earlier one.',
    fix: 'Take it away.',
  },
  'unknown-claim': {
    cause:
      'Tokens of the platform have no such claim: an allow that asks for it allows nothing, a deny denies nothing.',
    fix: 'Correct the name of the claim.',
  },
  'audience-any': {
    cause: 'Tokens that were made for other services are taken.',
    fix: 'Name the audiences.',
  },
  'issuer-insecure': {
    cause: 'The keys of the issuer come over plain http, and whoever is on the way can replace them.',
    fix: 'Use https, or give the keys by hand in jwks_file.',
  },
  'issuer-private': {
    cause: 'The address of the issuer means another machine elsewhere.',
    fix: 'Give the issuer a name of its own, or its keys by hand in jwks_file.',
  },
  'private-networks-open': {
    cause:
      'Every private address is open, so that the keys of an issuer may be fetched from any machine inside.',
    fix: 'List the hosts and networks where issuers are in allow_private_issuers.',
  },
  'trusted-proxies-open': {
    cause: 'Every address is a trusted proxy, so that anybody may say which address a request comes from.',
    fix: 'List the addresses of your proxies in trusted_proxies.',
  },
  'certificate-expired': {
    cause: 'A certificate has expired, so that clients refuse the connection, or are refused.',
    fix: 'Renew the certificate; the file is read again when it changes.',
  },
  'upstream-unverified': {
    cause:
      'The certificate of a service is not verified, so that whoever answers at its address is believed.',
    fix: 'Name the authority that vouches for it in tls_custom_ca_file.',
  },
  'identity-in-clear': {
    cause:
      'Who is asking is sent in plain http to another machine, and whoever reads it on the way can use it.',
    fix: 'Use https in to.',
  },
  'request-only': {
    cause: 'A rule that allows asks about the request alone, so that everybody passes who is somebody.',
    fix: 'Say who may in an and beside it, or write authenticated_user: true there.',
  },
  'everybody-already': {
    cause: 'Another rule of the route lets everybody pass, so that this one limits nobody.',
    fix: 'Take one of the two away.',
  },
  'names-nobody': {
    cause: 'A criterion names what nobody is called, so that it never holds: in a deny it keeps nobody out.',
    fix: 'Write teams, runners and issuers as ORGANIZATION/NAME, and domains bare.',
  },
  'nobody-passes': {
    cause: 'No request can pass the route.',
    fix: 'Correct the rules, or take the route away.',
  },
  'preset-mismatch': {
    cause: 'The URL of the issuer is that of another platform than the preset says.',
    fix: 'Leave the preset out: this URL is known.',
  },
} as const satisfies Readonly<Record<string, { readonly cause: string; readonly fix: string }>>;

export type LintRule = keyof typeof LINT_RULES;
