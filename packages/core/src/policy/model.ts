import type { ClaimPath, Json } from '../claims.ts';
import type { Effect, Facts, Outcome } from '../decision.ts';
import type { Result } from '../result.ts';
import type { TokenType } from '../token/token-type.ts';
import type { Criterion } from './reason.ts';

/**
 * The one policy model. Three dialects are ways to write it (native `match`, Pulumi `rules`, PPL); all of them parse
 * to `Rule`, and one `compile` and one `evaluate` serve them all.
 */

/** A rule in the neutral model. `id` is unique within its policy. */
export interface Rule {
  readonly id: string;
  readonly effect: Effect;
  readonly when: Expression;
  /** Absent: `enforce`. */
  readonly mode?: PolicyMode;
}

/**
 * `and`: all true. `or`: any true. `not`: none true. `nor`: at least one false (PPL's meaning, despite the name).
 * An empty `and`/`nor`… never appears: dialects refuse empty blocks.
 */
export type Expression =
  | { readonly op: 'and' | 'or' | 'not' | 'nor'; readonly of: readonly Expression[] }
  | Test
  | Condition
  | { readonly op: 'constant'; readonly criterion: 'accept' | 'reject' };

/** One question about one value. */
export interface Test {
  readonly op: 'test';
  readonly criterion: Criterion;
  readonly subject: Subject;
  readonly matcher: Matcher;
}

/** An expression of CEL over `claims`, `principal` and `request`: what one test about one value cannot say. */
export interface Condition {
  readonly op: 'condition';
  readonly source: string;
}

/**
 * Reads the source of a condition, or says what is wrong with it. The engine of CEL comes in from outside (it is
 * large, and most policies need none): `celConditions` of `@countersign/core/condition` is one.
 */
export type ConditionCompiler = (source: string) => Result<(facts: Facts) => Outcome, string>;

/** Where the value is found in the facts. */
export interface Subject {
  readonly root: 'claims' | 'principal' | 'request';
  readonly path: ClaimPath;
}

export type Scalar = string | number | boolean | null;

/**
 * What the value has to be. All are anchored, typed and linear in the length of the value.
 * - `glob`: `*` within a segment (`/` and `:` end segments), `**` across, `\` escapes.
 * - `pulumi`: `*` any run, `?` zero or one, `.` exactly one character; no escape; array claims match when any element
 *   does; numbers and booleans compare as their JSON text.
 * - `element`: the value is an array and one of its elements matches.
 * - `folded`: the value, A–Z in lower case, matches; the texts of `of` are to be written that way.
 * - `only_element`: the value is an array of exactly that one element.
 * - `given`: of a fact. One that is not there was not supplied, and nobody can say; null is known to be none.
 */
export type Matcher =
  | { readonly kind: 'equals'; readonly value: Scalar }
  | { readonly kind: 'one_of'; readonly values: readonly Scalar[] }
  | { readonly kind: 'prefix'; readonly value: string }
  | { readonly kind: 'suffix'; readonly value: string }
  | { readonly kind: 'contains'; readonly value: string }
  | { readonly kind: 'glob'; readonly pattern: string }
  | { readonly kind: 'cidr'; readonly ranges: readonly string[] }
  | { readonly kind: 'present'; readonly value: boolean }
  | { readonly kind: 'not'; readonly of: Matcher }
  | { readonly kind: 'folded'; readonly of: Matcher }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Matcher[] }
  | { readonly kind: 'element'; readonly of: Matcher }
  | { readonly kind: 'only_element'; readonly value: Scalar }
  | { readonly kind: 'pulumi'; readonly pattern: string }
  | { readonly kind: 'given'; readonly of: Matcher }
  | CalendarMatcher;

/**
 * What a time (epoch milliseconds) has to be. All intervals hold their beginning and not their end.
 * - `instant`: epoch milliseconds.
 * - `weekday`: 0 is Sunday.
 * - `time_of_day`: seconds since midnight; `from` after `until` passes midnight.
 */
export type CalendarMatcher =
  | { readonly kind: 'instant'; readonly from?: number; readonly until?: number }
  | { readonly kind: 'weekday'; readonly days: readonly number[]; readonly zone: string }
  | {
      readonly kind: 'time_of_day';
      readonly from: number;
      readonly until: number;
      readonly zone: string;
    };

/** Who may exchange a token of an issuer for what: one entry of `policies` of a trusted issuer, parsed. */
export interface TrustPolicy {
  readonly decision: Effect;
  readonly tokenType: TokenType;
  /** Team name, login or runner name; a Pulumi pattern. Absent in a deny: every target of its type. */
  readonly target?: string;
  /** `admin` lets an organization token ask for scope `admin`; `standard` is what every token has. Ignored in a deny. */
  readonly permissions: readonly ('admin' | 'standard')[];
  /** Pulumi dialect: claim path → pattern; all must match. */
  readonly rules: Readonly<Record<string, string>>;
  /** Native dialect: claim path → typed matcher document; all must match. */
  readonly match: Readonly<Record<string, Json>>;
  /** One expression of CEL; must hold too. */
  readonly condition?: string;
  /** Seconds. */
  readonly maxExpiration?: number;
  /** What tokens of this policy are; absent: `opaque`. */
  readonly format?: TokenFormat;
  /** Resources (RFC 8707) that its tokens open; absent: every route of the organization. */
  readonly resources?: readonly string[];
  /** `audit`: evaluated and recorded, never decides. Absent: `enforce`. */
  readonly mode?: PolicyMode;
  /** A finding of level error in lint was meant. */
  readonly allowBroad?: boolean;
}

/** `jwt`: signed (RFC 9068), so that others can verify it without asking. */
export type TokenFormat = 'opaque' | 'jwt';

export type PolicyMode = 'enforce' | 'audit';
