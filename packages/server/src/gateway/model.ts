import type { OwnAnswer, RefusalCode, RequestHead, Route, Upstream } from '@countersign/core';
import type { Clock, Logger, Random } from '../adapters/ports.ts';
import type { Decisions } from '../audit/port.ts';
import type { KeyRing } from '../keys/port.ts';
import type { Snapshot } from '../snapshot/model.ts';
import type { Presented, TokenRecord } from '../tokens/model.ts';

/**
 * The gateway: who may pass a route, and what goes on to the upstream. `decide` knows no transport; a transport never
 * decides. Nothing here may forward what has not been decided on, in exactly the form that it was decided on.
 */
export interface GatewayDeps {
  /** Taken once a request. */
  readonly snapshot: () => Snapshot;
  /** What a presented value is, as of now and of this configuration. Must answer from memory without a promise. */
  readonly present: (value: string) => Presented | Promise<Presented>;
  readonly decisions: Pick<Decisions, 'newId' | 'unverified' | 'refused' | 'passed'>;
  /** Ring `assertion`. */
  readonly assertionRing: KeyRing;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
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
  readonly caller?: { readonly token: TokenRecord; readonly value: string };
  /** Names of the headers that carried a value of ours. */
  readonly spentCarriers: readonly string[];
}

/** The route has no upstream: this is what it says to whoever may pass. */
export interface AnswerItself {
  readonly kind: 'answer';
  readonly decisionId: string;
  readonly answer: OwnAnswer;
}

export interface Refuse {
  readonly kind: 'refuse';
  readonly decisionId: string;
  readonly code: RefusalCode;
  /** Host that was asked for: the realm of a challenge. */
  readonly realm: string;
  /** The route asks for Basic too. */
  readonly basicChallenge?: true;
}
