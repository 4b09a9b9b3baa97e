import type { AccessDocument, CompiledTrust, Directory, Route, TrustPolicy } from '@countersign/core';

/**
 * Everything compiled that a request needs, frozen, swapped whole. A request takes the snapshot once and reads
 * nothing else of the configuration.
 */
export interface Snapshot {
  /** Hash of the configuration it was made from. */
  readonly version: string;
  readonly service: ServiceAddress;
  readonly organizations: ReadonlyMap<string, Organization>;
  /** By `issuerKey(issuer)`. */
  readonly identityProviders: ReadonlyMap<string, IdentityProvider>;
  /** By id: what tokens remember of the provider they came from. */
  readonly identityProvidersById: ReadonlyMap<string, IdentityProvider>;
  readonly routes: readonly Route[];
  readonly settings: Settings;
  /** Policy documents by hash: what decisions cite and `explain` recompiles. */
  readonly policySets: ReadonlyMap<string, PolicySetDocument>;
}

export interface ServiceAddress {
  /** `url` of the configuration, without a final slash. */
  readonly url: string;
  readonly scheme: 'http' | 'https';
  /** Lower case, without port. */
  readonly host: string;
}

export interface Organization {
  readonly name: string;
  readonly directory: Directory;
  /** By `issuerKey(iss)`: the registered URL may differ from the discovered issuer by one final slash. */
  readonly issuers: ReadonlyMap<string, TrustedIssuer>;
  /** By id: what tokens remember of the issuer they came from. */
  readonly issuersById: ReadonlyMap<string, TrustedIssuer>;
}

export interface TrustedIssuer {
  readonly id: string;
  readonly organization: string;
  readonly name: string;
  readonly url: string;
  readonly disabled: boolean;
  readonly audiences: readonly string[];
  /** Seconds. */
  readonly maxExpiration: number;
  readonly maxTokenAge?: number;
  readonly trust: CompiledTrust;
  /** Hash of the policies. */
  readonly policySet: string;
}

export interface IdentityProvider {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  /** `client_id` and `audiences`. */
  readonly audiences: readonly string[];
  readonly organizations: readonly string[];
  readonly emailDomains?: readonly string[];
  readonly emailIsVerified: boolean;
  readonly claims: { readonly email: string; readonly groups: string; readonly name: string };
}

export interface Settings {
  /** Seconds. */
  readonly clockLeeway: number;
  /** `refusal_error` of the compatibility block. */
  readonly refusalError: 'invalid_request' | 'invalid_grant';
  /** Seconds: how long a person's session lasts at most. */
  readonly sessionLifetime: number;
  /** Lower-case cookie name, without `__Host-`. */
  readonly sessionCookie: string;
  /** Bytes. */
  readonly limits: { readonly body: number; readonly headers: number; readonly token: number };
  /** Site administrator: SHA-256 of `admin_token`. */
  readonly adminTokenHash?: Uint8Array;
}

/** What is stored once per version of a policy, so that an old decision can be explained under the rules of its day. */
export type PolicySetDocument =
  | { readonly kind: 'trust'; readonly policies: readonly TrustPolicy[] }
  | { readonly kind: 'access'; readonly document: AccessDocument };
