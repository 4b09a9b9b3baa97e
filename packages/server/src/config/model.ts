import type {
  AccessDocument,
  Claims,
  FixedResponse,
  HeaderOperations,
  PathException,
  RateLimit,
  Redirect,
  Rewriting,
  TokenType,
  TrustPolicy,
} from '@countersign/core';
import type { UpstreamConfig } from './upstream-model.ts';

/**
 * The configuration, parsed: the closed type that the rest of the server sees. Durations are seconds, sizes bytes,
 * every default is filled in. Lists keep the order of the file, so that a problem found later can still be placed.
 * It holds no secret but keys, those of clients and what `egress_proxy` may have of credentials; of the administrator's token only the
 * hash leaves the parser.
 */
export interface Config {
  readonly listen: ListenAddress;
  /** Absent: requests come without TLS. */
  readonly tls?: TlsConfig;
  /** Where the API is, and nowhere else. Absent: it is with everything else. */
  readonly apiListen?: ListenAddress;
  /** Where metrics are, and nowhere else. Absent: nothing is measured. */
  readonly metrics?: { readonly listen: ListenAddress };
  readonly url: Origin;
  readonly storage: StorageConfig;
  /** SHA-256 of `admin_token`. */
  readonly adminTokenHash?: Uint8Array;
  /** 32 bytes each; the first seals, all open. Empty: a key is made beside the database. */
  readonly encryptionKeys: readonly Uint8Array[];
  /** A list: hosts (exact, lower case) and CIDR ranges that issuers may have although they are private. */
  readonly allowPrivateIssuers: boolean | readonly string[];
  /** URL of a forward proxy for everything that is fetched. */
  readonly egressProxy?: string;
  /** Addresses and CIDR ranges whose word about the client counts. */
  readonly trustedProxies: readonly string[];
  /** Origins as browsers write them (RFC 6454 section 6.2), of pages that may read what the API answers. */
  readonly corsOrigins: readonly string[];
  /** `programmatic_redirect_domain_whitelist`, lower case. */
  readonly redirectHosts: readonly string[];
  /** Seconds. */
  readonly clockLeeway: number;
  readonly organizations: readonly OrganizationConfig[];
  readonly identityProviders: readonly IdentityProviderConfig[];
  readonly routes: readonly RouteConfig[];
  readonly session: SessionConfig;
  readonly limits: LimitsConfig;
  readonly retention: RetentionConfig;
  /** Seconds. */
  readonly maxStaleness: number;
  /** Proved by `check` and at start. */
  readonly tests: readonly PolicyTestConfig[];
  readonly refusalError: 'invalid_request' | 'invalid_grant';
  readonly log: LogConfig;
}

/** Where to listen. IPv6 addresses stand without brackets; port 0 picks a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface TlsConfig {
  /** The first is for whoever names none of the others. */
  readonly certificates: readonly CertificateConfig[];
  /** PEM: who may have signed certificates of clients. Absent: clients are not asked for one. */
  readonly clientCa?: string;
}

export interface CertificateConfig {
  /** PEM, intermediates behind it. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  /** By which it is chosen: DNS names, lower case, some with a star as their first label. */
  readonly names: readonly string[];
  /** Epoch milliseconds. */
  readonly validUntil: number;
}

/** Scheme, host and port of a URL (RFC 6454), normalised. */
export interface Origin {
  /** Without a final slash. */
  readonly text: string;
  readonly scheme: 'http' | 'https';
  /** Lower case, without port; IPv6 in brackets, as in a Host header. */
  readonly host: string;
  /** The one written, or the default of the scheme. */
  readonly port: number;
}

/** `path` is absolute once the file has been loaded. */
export type StorageConfig =
  | { readonly engine: 'sqlite'; readonly path: string }
  | { readonly engine: 'sqlite'; readonly memory: true };

/** Of what the API has created: it lives in storage, and the file does not speak of it. */
export interface StoredMark {
  /** From 1; one more with every change. */
  readonly version: number;
  /** Epoch milliseconds. */
  readonly created: number;
  readonly modified: number;
}

export interface OrganizationConfig {
  readonly name: string;
  readonly members: readonly MemberConfig[];
  readonly teams: readonly TeamConfig[];
  readonly runners: readonly RunnerConfig[];
  /** Created over the API alone. */
  readonly serviceAccounts?: readonly ServiceAccountConfig[];
  readonly issuers: readonly IssuerConfig[];
  /** Absent in everything that the file declares; so below. */
  readonly stored?: StoredMark;
}

/** A machine that is known by name and shows tokens of its own. */
export interface ServiceAccountConfig {
  readonly stored: StoredMark;
  readonly name: string;
  readonly description: string;
  /** What its tokens say besides who it is; `claim/PATH` reads it. */
  readonly claims: Claims;
  readonly disabled: boolean;
}

export interface MemberConfig {
  readonly stored?: StoredMark;
  readonly login: string;
  readonly email?: string;
  readonly name?: string;
  readonly role: 'admin' | 'member';
}

export interface TeamConfig {
  readonly name: string;
  readonly displayName: string;
  readonly description?: string;
  /** Logins. */
  readonly members: readonly string[];
  /** Those of them who look after the team's tokens. */
  readonly admins?: readonly string[];
  readonly stored?: StoredMark;
}

export interface RunnerConfig {
  readonly name: string;
  readonly description?: string;
  readonly stored?: StoredMark & { readonly id: string };
}

export interface IssuerConfig {
  readonly name: string;
  readonly url: string;
  readonly disabled: boolean;
  /** A platform whose tokens the presets know. */
  readonly preset?: string;
  /** Replaces the default audiences when given. `any`: whatever `aud` says; linted. */
  readonly audiences?: readonly string[] | 'any';
  readonly replay: 'allow' | 'once';
  /** Text of `jwks_file`. */
  readonly jwks?: string;
  /** PEM of `ca_file`. */
  readonly ca?: string;
  /** Lower-case hex. */
  readonly thumbprints: readonly string[];
  /** Seconds. */
  readonly maxExpiration: number;
  /** Seconds. */
  readonly maxTokenAge?: number;
  readonly policies: readonly TrustPolicy[];
  readonly stored?: StoredIssuerMark;
}

export interface StoredIssuerMark extends StoredMark {
  readonly id: string;
  /** `issuer` as its discovery document says it. */
  readonly issuer: string;
  /** Of the list of policies; absent until there is one. */
  readonly policies?: StoredMark;
}

export interface IdentityProviderConfig {
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: a public client. */
  readonly clientSecret?: string;
  /** `openid` among them. */
  readonly scopes: readonly string[];
  readonly audiences: readonly string[];
  /** Absent: the one organization of the file, if there is one. */
  readonly organizations?: readonly string[];
  /** Lower case. */
  readonly emailDomains?: readonly string[];
  readonly emailIsVerified: boolean;
  readonly claims: { readonly email: string; readonly groups: string; readonly name: string };
}

export interface RouteConfig {
  readonly name: string;
  /** For people; nothing follows from it. */
  readonly description?: string;
  /** Its host may be a wildcard, `*.b.example`. */
  readonly from: Origin;
  /** Exactly one of these three. */
  readonly to?: UpstreamConfig;
  readonly redirect?: Redirect;
  readonly response?: FixedResponse;
  /** `/` where there is a path or a regex. */
  readonly prefix: string;
  readonly path?: string;
  readonly regex?: string;
  readonly pathExceptions?: readonly PathException[];
  readonly rewriting: Rewriting;
  readonly headerOperations: HeaderOperations;
  /** A public route has no policy: nobody is asked there. */
  readonly access: AccessDocument;
  /** Absent: the one organization of the file, if there is one. */
  readonly organizations?: readonly string[];
  readonly basicChallenge: boolean;
  /** Name of the provider that people sign in at; absent: any that fits. */
  readonly identityProvider?: string;
  /** `ORGANIZATION/ISSUER` whose tokens it takes as they are. */
  readonly issuers?: readonly string[];
  readonly bearerTokenFormat?: 'default' | 'idp_identity_token';
  readonly passIdentityHeaders: boolean;
  readonly assertion: 'per_session' | 'per_request';
  /** Header names in lower case. */
  readonly claimHeaders: readonly { readonly header: string; readonly claim: string }[];
  readonly allowWebsockets: boolean;
  /** As browsers write them. */
  readonly allowedOrigins?: readonly string[];
  /** `per`: seconds. */
  readonly rateLimit?: RateLimit;
  readonly preserveHostHeader: boolean;
  /** Seconds. */
  readonly timeout: number;
  /** Seconds. */
  readonly idleTimeout?: number;
}

export interface SessionConfig {
  /** Seconds. */
  readonly lifetime: number;
  /** Seconds; 0: nobody has to use a session for it to last. */
  readonly idle: number;
  /** Lower case, without `__Host-`. */
  readonly cookieName: string;
}

/** Bytes, where nothing else is said. */
export interface LimitsConfig {
  readonly body: number;
  readonly apiBody: number;
  readonly headers: number;
  readonly token: number;
  /** Failures that one address may cause in a second before it is answered 429. */
  readonly failuresPerSecondPerAddress: number;
  /** Client connections at once. */
  readonly connections: number;
}

/** Seconds, but `rows`. */
export interface RetentionConfig {
  readonly refusals: number;
  readonly exchanges: number;
  readonly audit: number;
  readonly expiredTokens: number;
  readonly rows: number;
}

/** A made-up exchange and what has to come of it. */
export interface PolicyTestConfig {
  readonly name: string;
  /** `ORGANIZATION/ISSUER`. */
  readonly issuer: string;
  readonly claims: Claims;
  readonly request: { readonly type: TokenType; readonly scope: string };
  readonly expect: 'allow' | 'deny';
}

export interface LogConfig {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Absent: `pretty` on a terminal, else `json`. */
  readonly format?: 'json' | 'pretty';
}
