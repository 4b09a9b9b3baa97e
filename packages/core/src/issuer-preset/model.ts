import type { Claims } from '../claims.ts';

/**
 * What is known about the tokens of a platform: who issues them, which claims say whose they are, which of those can
 * be given to somebody else. Data for lint, hints and examples. It must never decide: a policy means the same with
 * and without a preset.
 */
export interface IssuerPreset {
  readonly name: string;
  /** As people call the platform. */
  readonly title: string;
  readonly issuers: readonly IssuerUrl[];
  /**
   * Claims that say whose token it is, the safest first. An allow has to pin one of them. Empty: nothing is known.
   * Claims are written as claim paths: `"kubernetes.io".namespace`.
   */
  readonly owner: readonly OwnerClaim[];
  /** Claim that is never given to anybody else → the names that are safe beside it. */
  readonly immutable: Readonly<Record<string, readonly string[]>>;
  /** Tokens of a customer called acme, made up. Of each form that the platform issues, one. */
  readonly samples: readonly [Claims, ...Claims[]];
  /** What another customer's token has instead. */
  readonly stranger: Claims;
  /** A run of the customer's own workload that somebody outside can cause. */
  readonly outside?: OutsideRun;
  /** Claims that tokens may carry beside those of the samples; a final `*` stands for any rest. Absent: not known. */
  readonly claims?: readonly string[];
  /** What somebody who writes a policy for this platform has to know; one sentence each. */
  readonly hints: readonly string[];
}

/** A URL under which the platform issues; `*` is any run within a segment. */
export interface IssuerUrl {
  readonly url: string;
  /** One issuer for many customers: its tokens prove nothing until an owner claim is pinned. */
  readonly shared: boolean;
}

export interface OwnerClaim {
  readonly claim: string;
  /** How a text begins that names an owner in full. Absent: only a whole value does. */
  readonly begins?: RegExp;
  /** The same of its end. */
  readonly ends?: RegExp;
  /** How a text begins that names an owner by an id. Absent: never; ids of their own are keys of `immutable`. */
  readonly beginsWithId?: RegExp;
}

export interface OutsideRun {
  /** Who can cause it, for a message: "a pull request from a fork". */
  readonly what: string;
  readonly claims: Claims;
  /** Claims that such a token does not have. */
  readonly absent: readonly string[];
  /** Whether a subject is that of such a run; absent: every subject may be. */
  readonly isSubject?: (subject: string) => boolean;
}
