import type { Claims } from '@countersign/core';

/** What `token inspect` prints: its JSON, member for member. Header and claims are null where there are none to read. */
export interface Inspection {
  readonly header: Claims | null;
  readonly claims: Claims | null;
  /** `unknown`: nobody verified it. */
  readonly signature: 'valid' | 'invalid' | 'unknown';
  /** What a server would find wrong, in words. */
  readonly problems: readonly string[];
}
