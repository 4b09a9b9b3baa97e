import type { UnitOutcome } from '../group-commit.ts';
import type { Row, Statement, Unit } from '../port.ts';

/**
 * What the main thread and a storage thread say to each other: one request, one reply, in order. Types only: the
 * thread starts from plain TypeScript, where nothing but types may come from other packages.
 */

/** Why a database could not be opened. */
export type OpenFailure =
  /** Another process owns it. */
  | { readonly kind: 'locked' }
  /** Written by a newer release; this one must not touch it. */
  | { readonly kind: 'newer_schema'; readonly found: number; readonly known: number }
  /** Not an SQLite file, or the database of something else. */
  | { readonly kind: 'not_a_database' }
  | { readonly kind: 'unusable'; readonly message: string };

export type Role =
  /** `lockWait`: milliseconds to wait for the process that owns the file. */
  | { readonly role: 'writer'; readonly path: string; readonly lockWait: number }
  | { readonly role: 'memory' }
  | { readonly role: 'reader'; readonly path: string };

export type Request =
  | { readonly kind: 'open'; readonly role: Role }
  | { readonly kind: 'commit'; readonly units: readonly Unit[] }
  | { readonly kind: 'read'; readonly statement: Statement }
  | { readonly kind: 'close' };

export type Reply =
  /** `path`: the real name of the file. `copy`: where the database was copied to before it was migrated. */
  | { readonly kind: 'opened'; readonly path: string; readonly copy?: string }
  | { readonly kind: 'refused'; readonly failure: OpenFailure }
  | {
      readonly kind: 'committed';
      readonly outcomes: readonly UnitOutcome[];
      readonly faults: readonly string[];
    }
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  /** A commit or read failed as a whole. */
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'closed' };
