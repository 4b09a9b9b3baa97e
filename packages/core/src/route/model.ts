import type { CompiledPolicy } from '../policy/compile.ts';
import type { CertificateFacts } from '../request-facts.ts';
import type { HeaderOperations } from './header-operations.ts';
import type { AskedFor, OwnAnswer } from './own-answer.ts';
import type { PathException } from './path-exceptions.ts';
import type { CompiledRewriting } from './rewriting.ts';
import type { TraceContext } from './trace-context.ts';

/**
 * Routes: what the gateway forwards where, for whom. Compiled at load into frozen objects; requests are described by
 * `RequestHead`, which knows no transport, so that proxying and forward auth take the same decision.
 */

/** The head of a request, as it came, before anything is believed. */
export interface RequestHead {
  readonly method: string;
  /** Origin-form request target exactly as received: path and query, undecoded. */
  readonly target: string;
  /** Header lines in order, names as received. */
  readonly headers: readonly HeaderLine[];
  /** Address of the client: the peer of the connection, or whom a trusted proxy names. */
  readonly remoteAddress: string;
  /** What trusted proxies say of the request; absent when the peer is none. */
  readonly forwarded?: Forwarded;
  /**
   * What the client has shown of itself in the handshake, verified; absent where nobody asks for it, or where a trusted
   * proxy speaks for others.
   */
  readonly certificate?: CertificateFacts;
  /** The trace that the request belongs to; absent when nobody has said one that can be read. */
  readonly trace?: TraceContext;
}

/** The word of trusted proxies, as far as it is believed. */
export interface Forwarded {
  /** Addresses from the client to the peer. What stood left of the client nobody vouches for. */
  readonly for: readonly string[];
  /** Well-formed `X-Forwarded-*` but `-For`, each at most once. */
  readonly lines: readonly HeaderLine[];
}

export type HeaderLine = readonly [name: string, value: string];

export interface Route {
  readonly id: string;
  readonly name: string;
  /** Scheme of `from`: what cookies and redirects use, never what the connection looks like. */
  readonly scheme: 'http' | 'https';
  /** Lower-case host of `from`, without port; `*.b.example` takes every host of one more label. */
  readonly host: string;
  /** Port written in `from`, when two routes differ by it alone. */
  readonly port?: number;
  /** Canonical; `/` takes everything. Not looked at where there is a `path` or a `regex`. */
  readonly prefix: string;
  /** Takes exactly this canonical path. */
  readonly path?: string;
  /** Takes the canonical paths that it matches as a whole (RE2 syntax, see `regex/`). */
  readonly regex?: string;
  /** What its paths may hold although two readers could disagree about it; absent: nothing. */
  readonly pathExceptions?: readonly PathException[];
  /** The URL of `from` and prefix as a resource (RFC 8707), canonical: what a token may be limited to. */
  readonly resource: string;
  /** Where it leads; absent where it answers itself. */
  readonly upstream?: Upstream;
  /** What it answers itself, in place of an upstream (`redirect`, `response`). */
  readonly answers?: (asked: AskedFor) => OwnAnswer;
  readonly access: RouteAccess;
  readonly policy: CompiledPolicy;
  /** Hash of the policy document that decisions cite. */
  readonly policySet: string;
  /** Organizations whose principals may come. */
  readonly organizations: readonly string[];
  readonly passIdentityHeaders: boolean;
  /** Header name (lower case) → claim path of the assertion, each sent as a header of its own. */
  readonly claimHeaders: readonly ClaimHeader[];
  readonly allowWebsockets: boolean;
  /** Whose pages may open WebSockets beside its own: origins as browsers write them. Absent: nobody has said. */
  readonly allowedOrigins?: readonly string[];
  /** How often each caller may come; absent: as often as it likes. */
  readonly rateLimit?: RateLimit;
  readonly preserveHostHeader: boolean;
  /** Of path and Host header; absent: they go on as they were decided on. */
  readonly rewriting?: CompiledRewriting;
  readonly headerOperations?: HeaderOperations;
  /** A refused credential is answered with a Basic challenge too: git and docker send none before they see one. */
  readonly basicChallenge?: true;
  /** Name of the identity provider that people sign in at; absent: any that speaks for one of its organizations. */
  readonly identityProvider?: string;
  /** For people; nothing follows from it. */
  readonly description?: string;
  /** Trusted issuers, `organization/name`, whose tokens are taken as they are; absent: none. */
  readonly issuers?: readonly string[];
  /** So are id_tokens of identity providers that speak for one of its organizations. */
  readonly idTokens?: true;
  /** Every request has an assertion of its own. Absent: one is used again for most of its life. */
  readonly assertion?: 'per_request';
  /** Milliseconds until the response's head. */
  readonly timeout: number;
  /** Milliseconds after the response's head in which nothing moves, either way; absent: no limit. */
  readonly idleTimeout?: number;
}

/** A share of requests that is used up at once, or evenly over time. */
export interface RateLimit {
  /** As many at once. */
  readonly requests: number;
  /** Milliseconds in which as many are given back. */
  readonly per: number;
}

/** The service behind a route: one address of it, or several of which each request goes to one. */
export interface Upstream {
  /** At least one. */
  readonly targets: readonly UpstreamTarget[];
  readonly balancing: BalancingPolicy;
  readonly healthCheck?: HealthCheck;
  /** Absent: the roots of the platform, the host of the target, and no certificate of our own. */
  readonly tls?: UpstreamTls;
}

/** Which target a request goes to, of those that work. */
export type BalancingPolicy = 'round_robin' | 'least_request' | 'random';

/** An address that requests are sent to. */
export interface UpstreamTarget {
  readonly scheme: 'http' | 'https';
  /** As in a Host header, lower case, without port. Of a socket: `localhost`. */
  readonly host: string;
  readonly port: number;
  /** Absolute path of a Unix domain socket, in place of host and port. */
  readonly socketPath?: string;
  /** Its share beside the others'; a whole number of at least 1. */
  readonly weight: number;
  /** Equal for targets that may share connections: the same address, reached with the same TLS material. */
  readonly pool: string;
}

/** How it is found out, without a request of anybody, whether a target works. */
export interface HealthCheck {
  /** Path and query. */
  readonly path: string;
  /** Milliseconds. */
  readonly interval: number;
  /** Host header; absent: the target's own. */
  readonly host?: string;
}

/** All texts are PEM. */
export interface UpstreamTls {
  /** Name that is asked for (SNI) and that the certificate has to bear; absent: the host of the target. */
  readonly serverName?: string;
  /** Authorities that may vouch for it, in place of the platform's. */
  readonly ca?: string;
  /** Nobody is asked to vouch for it: whoever answers at the address is believed. */
  readonly skipVerify?: true;
  /** What we show when it asks who we are. */
  readonly client?: { readonly cert: string; readonly key: string };
}

export interface ClaimHeader {
  readonly header: string;
  readonly claim: string;
}

/** `public`: nobody is asked. `authenticated`: anybody of the route's organizations. `policy`: as the policy says. */
export type RouteAccess = 'public' | 'authenticated' | 'policy';
