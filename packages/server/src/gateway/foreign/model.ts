import type { RefusalCode, Route } from '@countersign/core';
import type { Origin } from '../../audit/origin.ts';
import type { Snapshot } from '../../snapshot/model.ts';
import type { Presented } from '../../tokens/model.ts';

/**
 * Tokens of others that a route takes as they are: each is exchanged once and known by its hash from then on. Nothing
 * here may give a value to anybody, believe a token of an issuer that the route does not name, or verify without bound
 * for somebody who has only ever failed.
 */
export interface ForeignTokens {
  /** What is presented at a route; without a promise when it is known. */
  present(shown: Shown): Recognised | Promise<Recognised>;
  /** What it is now, under the configuration of now, for something that has been let in by it and stays open. */
  again(shown: ShownBefore): Presented | Promise<Presented>;
}

export interface Shown extends Origin {
  readonly snapshot: Snapshot;
  readonly route: Route;
  /** Has the form of a JWT. */
  readonly value: string;
}

export interface ShownBefore extends Pick<Shown, 'value' | 'remoteAddress'> {
  /** Id of the route. */
  readonly route: string;
}

export type Recognised = Presented | Unrecognised;

/** It was not exchanged. */
export interface Unrecognised {
  readonly state: 'refused';
  readonly code: RefusalCode;
  /** The decision that says why, if there was one. */
  readonly decisionId?: string;
  /** Seconds. */
  readonly retryAfter?: number;
}
