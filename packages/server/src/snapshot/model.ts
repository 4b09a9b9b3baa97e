import type {
  AccessDocument,
  ClaimPath,
  CompiledTrust,
  Directory,
  Member,
  Route,
  TrustPolicy,
} from '@countersign/core';
import type { ServiceAccountConfig, StoredIssuerMark, StoredMark } from '../config/model.ts';
import type { Holds } from '../config/schema/network.ts';
import type { KeySource } from '../trust/port.ts';

/**
 * Everything compiled that a request needs, frozen, swapped whole. A request takes the snapshot once and reads
 * nothing else of the configuration.
 */
export interface Snapshot {
  /** Hash of the configuration it was made from. */
  readonly version: string;
  readonly service: ServiceAddress;
  readonly organizations: ReadonlyMap<string, Organization>;
  /** By `issuerKey(issuer)`; of several with one issuer the audience of an id_token tells which. */
  readonly identityProviders: ReadonlyMap<string, readonly IdentityProvider[]>;
  /** By id: what tokens remember of the provider they came from. */
  readonly identityProvidersById: ReadonlyMap<string, IdentityProvider>;
  readonly routes: readonly Route[];
  readonly settings: Settings;
  /** Policy documents by hash: what decisions cite and `explain` recompiles. */
  readonly policySets: ReadonlyMap<string, PolicySetDocument>;
  /** Claim paths that some route, header or assertion reads: all that the token table keeps of a claim set. */
  readonly claimPaths: readonly ClaimPath[];
}

export interface ServiceAddress {
  /** `url` of the configuration, without a final slash. */
  readonly url: string;
  readonly scheme: 'http' | 'https';
  /** Lower case, without port. */
  readonly host: string;
}

/** What `stored` is absent from is owned by the file, and changed there alone. */
export interface Organization {
  readonly name: string;
  readonly directory: OrganizationDirectory;
  readonly stored?: StoredMark;
  /** By `issuerKey(iss)`: the registered URL may differ from the discovered issuer by one final slash. */
  readonly issuers: ReadonlyMap<string, TrustedIssuer>;
  /** By id: what tokens remember of the issuer they came from. */
  readonly issuersById: ReadonlyMap<string, TrustedIssuer>;
}

/** What the engine needs to know of an organization, and what only readers of the API do. */
export interface OrganizationDirectory extends Directory {
  readonly members: ReadonlyMap<string, MemberEntry>;
  readonly teams: ReadonlyMap<string, TeamEntry>;
  /** By id. A runner is asked for by its name or its id, which clients configure. */
  readonly runnersById: ReadonlyMap<string, RunnerEntry>;
  /** By name. */
  readonly serviceAccounts: ReadonlyMap<string, ServiceAccountConfig>;
}

export interface MemberEntry extends Member {
  readonly stored?: StoredMark;
}

export interface TeamEntry {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  /** Logins. */
  readonly members: readonly string[];
  /** Those of them who look after the team's tokens. */
  readonly admins: readonly string[];
  readonly stored?: StoredMark;
}

export interface RunnerEntry {
  /** `run_…` */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly stored?: StoredMark;
}

/** `id` and what keys need (url, jwks, ca, thumbprints) are those of {@link KeySource}. */
export interface TrustedIssuer extends KeySource {
  readonly organization: string;
  readonly name: string;
  readonly disabled: boolean;
  readonly audiences: readonly string[] | 'any';
  /** `once`: at most one live token from a subject token. */
  readonly replay: 'allow' | 'once';
  /** Name of the platform's preset. */
  readonly preset?: string;
  /** Seconds. */
  readonly maxExpiration: number;
  readonly maxTokenAge?: number;
  readonly policies: readonly TrustPolicy[];
  /** `pol_…` of each policy, by its place; derived from issuer and text, so that it means the same in every version of the file. */
  readonly policyIds: readonly string[];
  readonly trust: CompiledTrust;
  /** Hash of the policies. */
  readonly policySet: string;
  /** `pls_…`: the list of policies as a thing that is read and replaced; it stays when they change. */
  readonly policyListId: string;
  readonly stored?: StoredIssuerMark;
}

export interface IdentityProvider {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: a public client. */
  readonly clientSecret?: string;
  /** What a sign-in asks for. */
  readonly scopes: readonly string[];
  /** `client_id` and `audiences`. */
  readonly audiences: readonly string[];
  readonly organizations: readonly string[];
  readonly emailDomains?: readonly string[];
  readonly emailIsVerified: boolean;
  readonly claims: { readonly email: string; readonly groups: string; readonly name: string };
}

export interface Settings {
  /** Whether a peer is one of `trusted_proxies`. */
  readonly trustedProxies: Holds;
  /** Seconds. */
  readonly clockLeeway: number;
  /** `refusal_error` of the compatibility block. */
  readonly refusalError: 'invalid_request' | 'invalid_grant';
  /** Seconds: how long a person's session lasts at most. */
  readonly sessionLifetime: number;
  /** Seconds without use after which a session of a browser ends; 0: none does. */
  readonly sessionIdle: number;
  /** Lower-case cookie name, without `__Host-`. */
  readonly sessionCookie: string;
  /** Bytes. */
  readonly limits: {
    readonly body: number;
    readonly apiBody: number;
    readonly headers: number;
    readonly token: number;
  };
  /** Failures that one address may cause in a second before it is answered 429; the burst is ten times as many. */
  readonly failuresPerSecond: number;
  readonly retention: Retention;
  /** Seconds that this process may go without hearing of changes. */
  readonly maxStaleness: number;
  /** Hosts that a program may have its person sent back to. */
  readonly redirectHosts: readonly string[];
  /** Origins of pages that may read what the token endpoint and the API answer. */
  readonly corsOrigins: ReadonlySet<string>;
  /** Site administrator: SHA-256 of `admin_token`. */
  readonly adminTokenHash?: Uint8Array;
}

/** Seconds for which things are kept, `rows` at most of each kind. */
export interface Retention {
  readonly refusals: number;
  readonly exchanges: number;
  readonly audit: number;
  readonly expiredTokens: number;
  readonly rows: number;
}

/** What is stored once per version of a policy, so that an old decision can be explained under the rules of its day. */
export type PolicySetDocument =
  | { readonly kind: 'trust'; readonly policies: readonly TrustPolicy[] }
  | { readonly kind: 'access'; readonly document: AccessDocument };
