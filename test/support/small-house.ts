/** What differs from the smallest configuration that exchanges a token; each part is laid over it. */
export interface SmallHouse {
  readonly policies: readonly object[];
  /** Of the issuer `ci`. */
  readonly issuer?: object;
  /** Of the organization `acme`. */
  readonly organization?: object;
  /** Of the server. */
  readonly settings?: object;
}

/** The policy of a job `build` that may have a token of its organization. */
export const BUILD = { decision: 'allow', token_type: 'organization', match: { sub: { equals: 'build' } } };

/** `countersign.yaml` (JSON is YAML) of one organization, `acme`, that trusts one issuer, `ci`, at this address. */
export function smallHouse(url: string, { policies, issuer, organization, settings }: SmallHouse): string {
  return JSON.stringify({
    listen: '127.0.0.1:${PORT}',
    url: 'http://localhost:${PORT}',
    storage: 'sqlite:countersign.db',
    allow_private_issuers: true,
    ...settings,
    organizations: [{ name: 'acme', ...organization, issuers: [{ name: 'ci', url, ...issuer, policies }] }],
  });
}
