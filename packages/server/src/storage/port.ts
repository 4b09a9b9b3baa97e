import type { Result } from '@countersign/core';

/**
 * What the server needs of a database, engine-neutral. A unit is the statements of one change; it is committed whole
 * or not at all, durably, together with whatever else has queued up (group commit). Nobody outside `engine/` opens a
 * transaction, and nobody waits for a timer: the next group starts when the last is on disk.
 */

/** Booleans are 0/1, times integer seconds (or milliseconds where the column says so), documents JSON text. */
export type SqlValue = string | number | null | Uint8Array;

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
  /** Rows that must have changed; any other count undoes the unit with `conflict` (insert-on-conflict-do-nothing marks). */
  readonly changes?: number;
  /**
   * SHA-256 (base64url) that becomes the next link of this writer's audit chain: the engine appends `writer`, `n`, `prev` and `hash`
   * as the last four parameters when it runs the statement, since only it knows the order of what is committed.
   */
  readonly link?: string;
}

export type Unit = readonly Statement[];

export type Row = Readonly<Record<string, SqlValue>>;

/**
 * `conflict`: an expected row count was not met, nothing of the unit was written. `unavailable`: the queue is full,
 * the unit waited too long, or the engine failed; it may be tried again.
 */
export type WriteFailure = 'conflict' | 'unavailable';

/** Durable writes: resolves after the commit is on disk. Never rejects. */
export interface Writer {
  write(unit: Unit): Promise<Result<void, WriteFailure>>;
}

/** Reads on a connection of their own; a read sees every write that was answered before it began. */
export interface Reader {
  read(statement: Statement): Promise<Result<readonly Row[], 'unavailable'>>;
}

export interface Database extends Writer, Reader {
  /** Milliseconds since storage last answered, 0 while it works: what `/readyz` looks at. */
  silentFor(): number;
  /** Finishes what is queued, then closes. */
  close(): Promise<void>;
}
