/**
 * A guard is a piece of code without which something on the list of threats happens. Each row says where it stands,
 * what to put in its place, and which test must then fail: a guard that no test misses is not guarded.
 */
export interface Guard {
  /** Row of the threat list, or a rule of the house. */
  readonly threat: string;
  readonly name: string;
  readonly file: string;
  /** Exact text, once in the file. */
  readonly guard: string;
  readonly without: string;
  /** Test file, and a part of the name of the test that fails. */
  readonly test: string;
  readonly fails: string;
}
