import { err, ok, type Result } from '@countersign/core';
import type { Unit, WriteFailure } from './port.ts';

/**
 * Group commit on completion: the first group is what one turn of the event loop brings, at once when it brings one unit;
 * while its commit is on the way to the disk everything else queues, and what has queued when it is done is the next
 * group. No timer decides when a group starts (waiting for company costs more than it saves). It knows no engine, and must never let a unit be committed whose caller has
 * already been told that it was not.
 */

export type UnitOutcome = 'committed' | WriteFailure;

export interface GroupCommitDeps {
  /**
   * Commits the units as one group and says what became of each, in order. Rejects when the group as a whole failed
   * and nothing of it was committed.
   */
  commit(units: readonly Unit[]): Promise<readonly UnitOutcome[]>;
  /** Milliseconds that never go back. */
  now(): number;
  readonly limits?: Partial<GroupCommitLimits>;
}

export interface GroupCommitLimits {
  /** Units that may wait; one more is `unavailable` at once. */
  readonly queue: number;
  /** Milliseconds a unit may wait before its commit begins. */
  readonly wait: number;
  /** Units in one group. */
  readonly group: number;
}

export interface GroupCommit {
  /** Never rejects. */
  write(unit: Unit): Promise<Result<void, WriteFailure>>;
  /** Commits what is queued; every later write is `unavailable`. */
  close(): Promise<void>;
  /** Units that wait, those in the commit under way not counted. */
  queued(): number;
}

export const GROUP_COMMIT_LIMITS: GroupCommitLimits = { queue: 4096, wait: 2000, group: 512 };

interface Waiting {
  readonly unit: Unit;
  readonly since: number;
  readonly answer: (result: Result<void, WriteFailure>) => void;
}

const RESULTS: Readonly<Record<UnitOutcome, Result<void, WriteFailure>>> = {
  committed: ok(undefined),
  conflict: err('conflict'),
  unavailable: err('unavailable'),
};

/** A group commit over one engine. */
export function createGroupCommit(deps: GroupCommitDeps): GroupCommit {
  const limits = { ...GROUP_COMMIT_LIMITS, ...deps.limits };
  const timeLeft = (waiting: Waiting): number => waiting.since + limits.wait - deps.now();
  const queue = createQueue(limits.group, timeLeft);
  const commitGroup = groupCommitter(deps, timeLeft);
  let committing = false;
  let drained: Promise<void> = Promise.resolve();
  let closed = false;

  const drain = async (): Promise<void> => {
    committing = true;
    await endOfTurn();
    for (let group = queue.take(); group.length > 0; group = queue.take()) await commitGroup(group);
    committing = false;
  };

  return {
    write(unit) {
      if (closed || queue.length() >= limits.queue) return Promise.resolve(RESULTS.unavailable);
      return new Promise((answer) => {
        queue.add({ unit, since: deps.now(), answer });
        if (!committing) drained = drain();
      });
    },
    async close() {
      closed = true;
      await drained;
      queue.close();
    },
    queued: () => queue.length(),
  };
}

/**
 * Until the event loop has seen to whatever had come in when it woke. To start with the first unit instead puts it alone
 * in a group, and that is half of all commits: under load every group of sixty would have one of one before it, whose
 * answer nobody could be told any sooner.
 */
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Commits a group and answers every unit of it. Never rejects. */
function groupCommitter(deps: GroupCommitDeps, timeLeft: (waiting: Waiting) => number) {
  /** Undefined when the group failed as a whole. */
  const attempt = async (group: readonly Waiting[]): Promise<readonly UnitOutcome[] | undefined> => {
    try {
      return await deps.commit(group.map((waiting) => waiting.unit));
    } catch {
      return undefined;
    }
  };

  return async (group: readonly Waiting[]): Promise<void> => {
    const outcomes = await attempt(group);
    if (outcomes !== undefined || group.length === 1) {
      group.forEach((waiting, at) => waiting.answer(RESULTS[outcomes?.[at] ?? 'unavailable']));
      return;
    }
    // One poisoned unit must not cost the others of its group their commit: they go again, each alone.
    for (const waiting of group) {
      const alone = timeLeft(waiting) > 0 ? await attempt([waiting]) : undefined;
      waiting.answer(RESULTS[alone?.[0] ?? 'unavailable']);
    }
  };
}

interface Queue {
  add(waiting: Waiting): void;
  /** The next group, none of which has waited too long; empty when nothing waits. */
  take(): readonly Waiting[];
  length(): number;
  close(): void;
}

/** Those who wait, in order of arrival. Whoever has waited too long is answered and can no longer be taken. */
function createQueue(groupLimit: number, timeLeft: (waiting: Waiting) => number): Queue {
  const queue: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;

  const dropExpired = (): void => {
    const firstLive = queue.findIndex((waiting) => timeLeft(waiting) > 0);
    const dropped = queue.splice(0, firstLive === -1 ? queue.length : firstLive);
    for (const waiting of dropped) waiting.answer(RESULTS.unavailable);
  };

  /** Answers those behind a stalled commit in time; it never starts a commit. */
  const watch = (): void => {
    const oldest = queue[0];
    if (timer !== undefined || oldest === undefined) return;
    const expire = (): void => {
      timer = undefined;
      dropExpired();
      watch();
    };
    timer = setTimeout(expire, Math.max(1, timeLeft(oldest))).unref();
  };

  return {
    add(waiting) {
      queue.push(waiting);
      watch();
    },
    take() {
      dropExpired();
      return queue.splice(0, groupLimit);
    },
    length: () => queue.length,
    close: () => clearTimeout(timer),
  };
}
