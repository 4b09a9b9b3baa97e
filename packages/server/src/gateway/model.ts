import type { Socket } from 'node:net';
import type {
  CertificateFacts,
  OwnAnswer,
  RefusalCode,
  RequestHead,
  Route,
  Upstream,
} from '@countersign/core';
import type { Clock, Logger, Metrics, Random, Tracing } from '../adapters/ports.ts';
import type { Decisions } from '../audit/port.ts';
import type { KeyRing } from '../keys/port.ts';
import type { Snapshot } from '../snapshot/model.ts';
import type { Presented, TokenRecord } from '../tokens/model.ts';
import type { BegunSignIn, Place } from '../sessions/begin-sign-in.ts';
import type { ForeignTokens } from './foreign/model.ts';
import type { RateLimits } from './rate-limit.ts';

/**
 * The gateway: who may pass a route, and what goes on to the upstream. `decide` knows no transport; a transport never
 * decides. Nothing here may forward what has not been decided on, in exactly the form that it was decided on.
 */
export interface GatewayDeps {
  /** Taken once a request. */
  readonly snapshot: () => Snapshot;
  /** What a presented value is, as of now and of this configuration. Must answer from memory without a promise. */
  readonly present: (value: string) => Presented | Promise<Presented>;
  /** Tokens of others, on routes that take them as they are. */
  readonly foreign: ForeignTokens;
  readonly decisions: Pick<Decisions, 'newId' | 'unverified' | 'refused' | 'passed'>;
  /** `rate_limit` of routes: what callers have used, for proxied requests and forward auth together. */
  readonly rateLimits: RateLimits;
  /** Ring `assertion`. */
  readonly assertionRing: KeyRing;
  /** Absent: nobody signs in here. */
  readonly beginSignIn?: (place: Place) => BegunSignIn | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /**
   * What the client of a connection has shown in the handshake, at a time in epoch milliseconds; `undefined` where
   * nobody asks for it. Forward auth must not ask: there, the client of the connection is the proxy.
   */
  readonly certificateOf?: (connection: Socket, now: number) => CertificateFacts | undefined;
  /** Who counts, if anybody does. */
  readonly metrics?: Metrics;
  /** Who records traces, if anybody does. */
  readonly tracing?: Tracing;
  /** Milliseconds between two looks at the tokens of open connections; tests make it short. */
  readonly watchInterval?: number;
}

/** A request, and where it was sent: host and port of its one Host header, parsed by whoever mounted the gateway. */
export interface GatewayRequest {
  readonly head: RequestHead;
  readonly host: string;
  readonly port: number | undefined;
  /** It asks to become a WebSocket. */
  readonly websocket: boolean;
}

export type GatewayDecision = Forward | AnswerItself | Refuse;

export interface Forward {
  readonly kind: 'forward';
  /** Also the request id. */
  readonly decisionId: string;
  readonly route: Route;
  readonly upstream: Upstream;
  /** Host that was asked for: of a wildcard route, one of many. */
  readonly host: string;
  /** Path and query for the upstream: what was decided on, as the route rewrites it. */
  readonly target: string;
  /** Who asks; absent on a public route to which nobody showed a token. */
  readonly caller?: Caller;
  /** Names of the headers that carried a value of ours. */
  readonly spentCarriers: readonly string[];
}

export interface Caller {
  readonly token: TokenRecord;
  /** What the token is now: whoever stays connected asks again. */
  readonly again: () => Presented | Promise<Presented>;
}

/** The route has no upstream: this is what it says to whoever may pass. */
export interface AnswerItself {
  readonly kind: 'answer';
  readonly decisionId: string;
  readonly routeName: string;
  readonly answer: OwnAnswer;
}

export interface Refuse {
  readonly kind: 'refuse';
  readonly decisionId: string;
  /** Absent: no route takes the request. */
  readonly routeName?: string;
  /** Of the trace that the request belongs to. */
  readonly traceId?: string;
  readonly code: RefusalCode;
  /** Host that was asked for: the realm of a challenge. */
  readonly realm: string;
  /** The route asks for Basic too. */
  readonly basicChallenge?: true;
  /** Seconds to wait, where it is known how many. */
  readonly retryAfter?: number;
  /** In place of the catalogue's: the upstream was not even asked. */
  readonly status?: 503;
  /** Where a page that was opened leads instead: somebody may sign in there, and come back. */
  readonly signIn?: BegunSignIn;
}
