import type { Claims, Json } from './claims.ts';
import type { Reason } from './policy/reason.ts';

/**
 * A decision and what it was decided on. Facts are plain JSON on purpose: they are stored, and `explain` runs the
 * same engine over them again, so the explanation is the decision by construction.
 */

export type Effect = 'allow' | 'deny';

/** What a condition gave. `error`: it could not be evaluated; an error never allows, and in a deny rule it denies. */
export type Outcome = true | false | 'error';

/** Everything a policy can see. */
export interface Facts {
  /** Verified claims of the token that was exchanged (or of the id_token). */
  readonly claims: Claims;
  /** {@link principalFacts} of the caller; absent when nobody has been authenticated. */
  readonly principal?: Claims;
  /** What is asked for. Exchange: `token_type`, `target`, `admin`, `resources`. Gateway: `RequestFacts`. */
  readonly request: Claims;
}

/** The answer of the engine. Default deny; any matching deny wins; the order of rules never matters. */
export interface Decision {
  readonly effect: Effect;
  /** Ids of the rules that decided: all matching denies, else all matching allows, else none (default deny). */
  readonly determining: readonly string[];
  /** Ids of rules in audit mode that matched: they decided nothing, and are recorded. */
  readonly audited: readonly string[];
  readonly reasons: readonly Reason[];
  /** Every rule with what each of its conditions expected and saw; only when asked for. */
  readonly trace?: readonly RuleTrace[];
}

export interface RuleTrace {
  readonly rule: string;
  readonly effect: Effect;
  /** Present for a rule in audit mode. */
  readonly mode?: 'audit';
  readonly outcome: Outcome;
  readonly root: TraceNode;
}

export type TraceNode =
  | {
      readonly op: 'and' | 'or' | 'not' | 'nor';
      readonly outcome: Outcome;
      readonly of: readonly TraceNode[];
    }
  | {
      readonly op: 'test';
      readonly outcome: Outcome;
      readonly reason: Reason;
      /** What was looked at, e.g. `claims.sub`; `condition` for an expression over all facts. */
      readonly subject: string;
      /** What would have matched, in words; of a condition its source. */
      readonly expected: string;
      /** What was there; absent = no such claim. */
      readonly seen?: Json;
    };
