import type { ExchangeRequest, RefusalCode, Target, TokenType } from '@countersign/core';
import type { Origin } from '../audit/origin.ts';
import type { Decisions } from '../audit/port.ts';
import type { Clock, Random } from '../adapters/ports.ts';
import type { Keys } from '../keys/port.ts';
import type { LiveSnapshot } from '../snapshot/live-snapshot.ts';
import type { Snapshot } from '../snapshot/model.ts';
import type { Reader } from '../storage/port.ts';
import type { MassRevocations } from '../tokens/mass-revocations.ts';
import type { TokenTable } from '../tokens/token-table.ts';
import type { Validate } from '../trust/validate.ts';

/**
 * The one service behind every entrance that turns a foreign token into one of ours:
 * verify → decide → mark, token and audit in one commit → answer. It must never answer before the commit, and never
 * say more in a refusal than the caller has proved (two levels of knowledge).
 */

/** What a token endpoint hands over, decoded from its profile. */
export interface ExchangeCall extends Origin {
  readonly audience: string;
  readonly subjectToken: string;
  readonly target: Target;
  readonly expiration?: ExchangeRequest['expiration'];
  readonly resources: ExchangeRequest['resources'];
  readonly format?: ExchangeRequest['format'];
}

/** An access token that is durable. The value exists nowhere else. */
export interface Issued {
  readonly value: string;
  readonly tokenType: TokenType;
  readonly scope: string;
  /** Seconds. */
  readonly expiresIn: number;
  /** Epoch seconds. */
  readonly expiresAt: number;
  readonly decisionId: string;
  /** Undoes the exchange of a subject token that counts once, if its answer reached nobody. */
  readonly withdraw?: () => void;
}

/** What a person's session is made from. */
export interface SessionCall extends Origin {
  readonly idToken: string;
  /** The id_token was presented where a token of ours belongs, and is to be known by this hash. */
  readonly presented?: Uint8Array;
}

/** A person's session that is durable. */
export interface IssuedSession {
  readonly value: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
  readonly decisionId: string;
}

/** A refusal with the id under which an operator finds everything about it. */
export interface IdentifiedRefusal {
  readonly code: RefusalCode;
  readonly decisionId: string;
  readonly hint?: readonly string[];
}

/** What the service needs; each an interface with few methods, chosen in `main.ts`. */
export interface ExchangeDeps {
  readonly snapshot: () => Snapshot;
  /** For what is decided on one version of members and organizations, and committed on it or not at all. */
  readonly live: Pick<LiveSnapshot, 'world' | 'reload'>;
  readonly reader: Reader;
  readonly validate: Validate;
  readonly decisions: Decisions;
  readonly keys: Keys;
  readonly table: Pick<TokenTable, 'insert' | 'remove'>;
  readonly massRevocations: Pick<MassRevocations, 'endedUntil'>;
  /** An issuer has vouched for a token just now. */
  readonly issuerUsed: (id: string) => void;
  readonly clock: Clock;
  readonly random: Random;
}
