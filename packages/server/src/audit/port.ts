import type { Result } from '@countersign/core';
import type { Unit, WriteFailure } from '../storage/port.ts';
import type { AuditEvent, DecisionRecord, UnverifiedFacts } from './model.ts';

/**
 * The trail. Three classes by what the caller proved: (a) nothing verified: log, counters and a ring in memory, never
 * waited for; (b) verified and refused: stored before the answer; (c) issued or revoked: one commit with what it did.
 */
export interface Decisions {
  /** `dec_` and 26 characters of Crockford base32, time-ordered. */
  newId(): string;
  /** (a) */
  unverified(record: DecisionRecord, seen: UnverifiedFacts): void;
  /** (b) At most 20 a second per issuer are stored; beyond that as (a). */
  refused(record: DecisionRecord): Promise<Result<void, 'unavailable'>>;
  /** (c) `more` is committed together with the decision and the event, or nothing is. */
  acted(record: DecisionRecord, event: AuditEvent, more: Unit): Promise<Result<void, WriteFailure>>;
  /** (c) for what no decision precedes: a mass revocation, a change of keys. */
  changed(event: AuditEvent, more: Unit): Promise<Result<void, WriteFailure>>;
  /** A gateway yes: a log line. */
  passed(record: DecisionRecord): void;
  find(id: string): Promise<Result<StoredDecision | undefined, 'unavailable'>>;
}

export interface StoredDecision {
  readonly record: DecisionRecord;
  /** Present for class (a). */
  readonly unverified?: UnverifiedFacts;
}
