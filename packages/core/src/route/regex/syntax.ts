import type { CharacterSet } from './character-set.ts';

/** A regular expression, read. */
export type Node =
  | { readonly kind: 'character'; readonly set: CharacterSet }
  | { readonly kind: 'sequence' | 'choice'; readonly of: readonly Node[] }
  /** `most` absent: any number. */
  | {
      readonly kind: 'repeat';
      readonly of: Node;
      readonly least: number;
      readonly most?: number;
      readonly greedy: boolean;
    }
  /** Groups that capture are numbered from 1, by their opening parenthesis. */
  | { readonly kind: 'group'; readonly of: Node; readonly index: number };

/** How large an expression may be. */
export const REGEX_BOUNDS = {
  /** Characters of its text. */
  text: 1_024,
  /** Levels of groups. */
  depth: 32,
  /** Repetitions in `{n,m}`, as RE2 has it. */
  repeat: 1_000,
  /** Instructions that it compiles to. */
  program: 1_000,
  /** Groups that capture: a substitution names them by one digit. */
  groups: 9,
} as const;
