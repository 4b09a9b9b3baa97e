/**
 * How large a policy may be. A policy is written by somebody who may administer one organization of many on the same
 * server, so its size is an attack on the others; every loop of this folder is bounded by one of these.
 */
export const BOUNDS = {
  /** Code points of a pattern, and of every other text that a matcher compares with. */
  text: 1_024,
  /** Rules of a policy. */
  rules: 5_000,
  /** Levels of blocks in a rule, and of matchers in a test. */
  depth: 32,
  /** Entries of one block or one list of values. */
  entries: 1_000,
  /** Claims that one `rules` or `match` names. */
  claims: 100,
  /** Conditions of a policy: one of them may cost as much as ten thousand tests. */
  conditions: 100,
  /** Resources that a policy opens. */
  resources: 100,
} as const;
