import type { CompiledPolicy } from '../policy/compile.ts';
import type { HeaderOperations } from './header-operations.ts';
import type { AskedFor, OwnAnswer } from './own-answer.ts';
import type { PathException } from './path-exceptions.ts';
import type { CompiledRewriting } from './rewriting.ts';

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
  readonly preserveHostHeader: boolean;
  /** Of path and Host header; absent: they go on as they were decided on. */
  readonly rewriting?: CompiledRewriting;
  readonly headerOperations?: HeaderOperations;
  /** A refused credential is answered with a Basic challenge too: git and docker send none before they see one. */
  readonly basicChallenge?: true;
  /** Every request has an assertion of its own. Absent: one is used again for most of its life. */
  readonly assertion?: 'per_request';
  /** Milliseconds until the response's head. */
  readonly timeout: number;
  /** Milliseconds after the response's head in which nothing moves, either way; absent: no limit. */
  readonly idleTimeout?: number;
}

/** A service behind a route. */
export interface Upstream {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
}

export interface ClaimHeader {
  readonly header: string;
  readonly claim: string;
}

/** `public`: nobody is asked. `authenticated`: anybody of the route's organizations. `policy`: as the policy says. */
export type RouteAccess = 'public' | 'authenticated' | 'policy';
