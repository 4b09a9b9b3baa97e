import type { Claims, Effect, Facts, RefusalCode, TraceContext } from '@countersign/core';

/**
 * A decision as it is recorded: facts, outcome and the version of the policy that decided, never the trace. `explain`
 * recomputes the trace with the same engine under the same policy.
 */
export interface DecisionRecord {
  /** `dec_` and 26 characters of Crockford base32, time-ordered. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly kind: 'exchange' | 'gateway';
  readonly effect: Effect;
  /** Absent when allowed. */
  readonly code?: RefusalCode;
  /** Organization it concerns, when known. */
  readonly organization?: string;
  /** Id of the trusted issuer or identity provider. */
  readonly issuer?: string;
  /** Name of it as configured, `org/name` or the provider's name. */
  readonly issuerName?: string;
  readonly subject?: string;
  readonly audience?: string;
  /** Rules that decided. */
  readonly determining: readonly string[];
  /** `pol_…` of the policies that decided, where the rules are policies of a trusted issuer. */
  readonly policies?: readonly string[];
  /** Rules in audit mode that matched and decided nothing. */
  readonly audited?: readonly string[];
  readonly route?: string;
  /** {@link principalId} of who it was about. */
  readonly principal?: string;
  readonly tokenId?: string;
  /** `dec_…` of the exchange that made the token: for the log line of a gateway yes. Not stored, the token's row has it. */
  readonly exchange?: string;
  readonly remoteAddress: string;
  /** The trace that the request belongs to: for the log line. Not stored. */
  readonly trace?: TraceContext;
  /** What the policy saw; claims only when verified. Absent when no policy was reached. */
  readonly facts?: Facts;
  /** Hash of the policy document that decided. */
  readonly policySet?: string;
}

/** What an operator may read of a token that did not verify: syntax only. */
export interface UnverifiedFacts {
  readonly issuer?: string;
  readonly header?: Claims;
}

/** Something that was issued, changed or revoked: always durable before the answer. */
export interface AuditEvent {
  readonly event:
    | 'token.issued'
    | 'token.created'
    | 'token.revoked'
    | 'tokens.revoked'
    | 'key.rotated'
    | 'key.revoked'
    | `${'organization' | 'member' | 'team' | 'runner' | 'issuer' | 'service_account'}.${'created' | 'updated' | 'deleted'}`
    | 'policies.updated'
    | 'identity.removed'
    | 'device.approved'
    | 'device.denied'
    | 'session.ended'
    | 'session.refreshed';
  /** Epoch milliseconds. */
  readonly time: number;
  readonly decision?: string;
  /** `tok_…`; absent where the event is about no single token. */
  readonly token?: string;
  /** What a change was: named members, never a secret. */
  readonly detail?: Claims;
  /** {@link principalId} of who did it. */
  readonly actor: string;
  readonly organization?: string;
}
