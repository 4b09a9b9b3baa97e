import type { Clock, Logger } from '../adapters/ports.ts';
import type { Retention } from '../snapshot/model.ts';
import type { Database, Unit } from '../storage/port.ts';
import { touchPolicySet } from '../storage/repositories/policy-sets.ts';
import {
  countRows,
  deleteEvents,
  deleteGrants,
  deleteRefusals,
  dueChanges,
  dueCheckpoints,
  dueDeviceGrants,
  dueMassRevocations,
  duePolicySets,
  dueReplayMarks,
  dueSessions,
  dueTokens,
  eraseEvents,
  nextStep,
  STEP_ROWS,
  type Due,
  type Growing,
} from '../storage/repositories/sweep.ts';
import { LONGEST_TOKEN_LIFE } from './retention-bounds.ts';

/** What is swept, each in steps of a bounded number of rows: one step a call, so that writes of others come between. */
export interface SweepDeps {
  readonly database: Pick<Database, 'read' | 'write'>;
  /** Read at each use, as the next: a reload may have changed it. */
  readonly retention: Retention;
  /** Seconds. */
  readonly maxStaleness: number;
  /** Hashes of the policy documents in force. */
  readonly current: () => readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** `more`: there is another step. */
export type Swept = 'more' | 'done' | 'unavailable';

export type Sweep = () => Promise<Swept>;

/** Seconds for which a change is kept at least: whoever was away for longer reads everything anew. */
const KEEP_CHANGES = 3600;

/** Seconds for which checkpoints are kept at least: each head is signed anew every day. */
const KEEP_CHECKPOINTS = 2 * 24 * 3600;

/** Seconds for which a program is told that its code has expired, and not that there never was one. */
const KEEP_DEVICE_GRANTS = 600;

/** Seconds between two counts of a table, which walk through an index. */
const COUNT_EVERY = 3600;

/** Statements in one unit. */
const TOUCHED = 200;

/** The list: adding what is to be swept is adding a line. */
export function createSweeps(deps: SweepDeps): readonly Sweep[] {
  const now = (): number => Math.floor(deps.clock.now() / 1000);
  // The newest decision that may cite a document is as old as it was last in force.
  const citedFor = (): number =>
    Math.max(deps.retention.refusals, deps.retention.exchanges, LONGEST_TOKEN_LIFE);
  return [
    touchCurrent(deps, now),
    walk(
      deps,
      'decision',
      () => now() - deps.retention.refusals,
      (after, last) => [deleteRefusals(after, last)],
    ),
    // From the beginning each time: what a live token cites is left, and goes when that has ended.
    walk(
      deps,
      'decision',
      () => now() - deps.retention.exchanges,
      (after, last) => [deleteGrants(after, last, now())],
      'restarts',
    ),
    walk(deps, 'audit', () => now() - deps.retention.audit, eraseEvents),
    due(deps, () => dueTokens([now() - deps.retention.expiredTokens])),
    // Before its tokens: as long as they are there, they say who it was.
    due(deps, () => dueSessions([now()])),
    due(deps, () => dueReplayMarks([now()])),
    due(deps, () => dueDeviceGrants([now() - KEEP_DEVICE_GRANTS])),
    due(deps, () => dueChanges([now() - Math.max(KEEP_CHANGES, 2 * deps.maxStaleness)])),
    due(deps, () => dueMassRevocations([now() - LONGEST_TOKEN_LIFE])),
    due(deps, () => dueCheckpoints([(now() - Math.max(KEEP_CHECKPOINTS, deps.retention.audit)) * 1000])),
    due(deps, () => duePolicySets([now() - citedFor()])),
    excess(deps, 'decision', now, (after, last) => [
      deleteRefusals(after, last),
      deleteGrants(after, last, now()),
    ]),
    excess(deps, 'audit', now, (after, last) => [deleteEvents(after, last)]),
    excessTokens(deps, now),
  ];
}

/** Before what is not in force any more is looked for. */
function touchCurrent({ database, current }: SweepDeps, now: () => number): Sweep {
  let at = 0;
  let inForce: readonly string[] = [];
  return async () => {
    if (at === 0) inForce = current();
    const part = inForce.slice(at, at + TOUCHED);
    if (part.length > 0) {
      const written = await database.write(part.map((hash) => touchPolicySet(hash, now())));
      if (!written.ok) return 'unavailable';
    }
    at = at + TOUCHED < inForce.length ? at + TOUCHED : 0;
    return at === 0 ? 'done' : 'more';
  };
}

type UnitOf = (after: string, last: string) => Unit;

/**
 * Along the ids, which sort by age, up to a time. Where it stopped it goes on: rows that stay are not walked through
 * again, but when the process starts.
 */
function walk(
  { database }: SweepDeps,
  table: 'decision' | 'audit',
  until: () => number,
  unit: UnitOf,
  atEnd?: 'restarts',
): Sweep {
  let after = '';
  return async () => {
    const step = await readStep(database, table, after, until() * 1000);
    if (step === undefined) return 'unavailable';
    if (step.last !== undefined) {
      if (!(await database.write(unit(after, step.last))).ok) return 'unavailable';
      after = step.last;
    }
    if (step.rows === STEP_ROWS) return 'more';
    if (atEnd === 'restarts') after = '';
    return 'done';
  };
}

async function readStep(
  database: SweepDeps['database'],
  table: 'decision' | 'audit',
  after: string,
  before: number,
): Promise<{ readonly last?: string; readonly rows: number } | undefined> {
  const read = await database.read(nextStep(table, after, before));
  if (!read.ok) return undefined;
  const last = read.value[0]?.['last'];
  const rows = Number(read.value[0]?.['rows'] ?? 0);
  return typeof last === 'string' ? { last, rows } : { rows };
}

/** What has a column that says when it is over. */
function due({ database }: SweepDeps, dueNow: () => Due): Sweep {
  return async () => {
    const { count, remove } = dueNow();
    const read = await database.read(count);
    if (!read.ok) return 'unavailable';
    const rows = Number(read.value[0]?.['rows'] ?? 0);
    if (rows > 0 && !(await database.write(remove)).ok) return 'unavailable';
    return rows === STEP_ROWS ? 'more' : 'done';
  };
}

/** The oldest rows beyond the bound, in whole steps. */
function excess(deps: SweepDeps, table: 'decision' | 'audit', now: () => number, unit: UnitOf): Sweep {
  const count = createCount(deps, table, now);
  let after = '';
  return async () => {
    const left = await count.excess();
    if (left === undefined) return 'unavailable';
    if (left <= 0) {
      after = '';
      return 'done';
    }
    const step = await readStep(deps.database, table, after, Number.MAX_SAFE_INTEGER);
    if (step === undefined) return 'unavailable';
    if (step.last === undefined) return 'done';
    if (!(await deps.database.write(unit(after, step.last))).ok) return 'unavailable';
    after = step.last;
    count.removed(step.rows);
    return 'more';
  };
}

/** Of tokens only those that have ended: a bound of storage ends nobody's token. */
function excessTokens(deps: SweepDeps, now: () => number): Sweep {
  const count = createCount(deps, 'token', now);
  return async () => {
    const left = await count.excess();
    if (left === undefined) return 'unavailable';
    if (left <= 0) return 'done';
    const { count: ended, remove } = dueTokens([now()]);
    const read = await deps.database.read(ended);
    if (!read.ok) return 'unavailable';
    const rows = Number(read.value[0]?.['rows'] ?? 0);
    if (rows === 0) {
      deps.logger.warn('more tokens live than max_rows allows to store; none is ended for that', {
        rows: left,
      });
      count.removed(left);
      return 'done';
    }
    if (!(await deps.database.write(remove)).ok) return 'unavailable';
    count.removed(rows);
    return 'more';
  };
}

interface Count {
  /** Rows beyond the bound, as they were counted within the last hour; `undefined` when storage does not answer. */
  excess(): Promise<number | undefined>;
  removed(rows: number): void;
}

function createCount(deps: SweepDeps, table: Growing, now: () => number): Count {
  let countedAt: number | undefined;
  let left = 0;
  return {
    async excess() {
      if (countedAt !== undefined && now() - countedAt < COUNT_EVERY) return left;
      const read = await deps.database.read(countRows(table));
      if (!read.ok) return undefined;
      countedAt = now();
      left = Number(read.value[0]?.['rows'] ?? 0) - deps.retention.rows;
      return left;
    },
    removed(rows) {
      left -= rows;
    },
  };
}
