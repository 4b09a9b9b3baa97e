import { err, ok } from '@countersign/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createGroupCommit,
  GROUP_COMMIT_LIMITS,
  type GroupCommitLimits,
  type UnitOutcome,
} from './group-commit.ts';
import type { Unit } from './port.ts';

const unit = (name: string): Unit => [{ sql: name, parameters: [] }];
const nameOf = (given: Unit): string => given[0]?.sql ?? '';

/** An engine whose commits end when the test says so. */
function heldEngine(limits?: Partial<GroupCommitLimits>) {
  const groups: string[][] = [];
  const held: { resolve: (outcomes?: readonly UnitOutcome[]) => void; reject: () => void }[] = [];
  const group = createGroupCommit({
    now: () => Date.now(),
    commit: (units) => {
      groups.push(units.map(nameOf));
      return new Promise((resolve, reject) => {
        held.push({
          resolve: (outcomes) => resolve(outcomes ?? units.map(() => 'committed' as const)),
          reject: () => reject(new Error('the group failed')),
        });
      });
    },
    ...(limits === undefined ? {} : { limits }),
  });
  /** Ends the oldest commit under way and lets the next begin. */
  const finish = async (how: 'commit' | 'fail' | readonly UnitOutcome[] = 'commit') => {
    const commit = held.shift();
    if (commit === undefined) throw new Error('no commit is under way');
    if (how === 'fail') commit.reject();
    else commit.resolve(how === 'commit' ? undefined : how);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { ...group, groups, finish, turn, underWay: () => held.length };
}

/** Ends the turn of the event loop that the test is in. */
const turn = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('group commit', () => {
  it('commits what one turn of the event loop brings as one group, and what queued meanwhile as the next, in order', async () => {
    const engine = heldEngine();
    const write = (name: string) => engine.write(unit(name));
    const answers = ['a', 'b'].map(write);
    expect(engine.groups).toEqual([]);
    await engine.turn();
    expect(engine.groups).toEqual([['a', 'b']]);
    answers.push(...['c', 'd'].map(write));
    await engine.turn();
    expect(engine.queued()).toBe(2);
    await engine.finish();
    expect(engine.groups).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(engine.queued()).toBe(0);
    await engine.finish();
    expect(await Promise.all(answers)).toEqual(answers.map(() => ok(undefined)));
  });

  it('never has two commits under way', async () => {
    const engine = heldEngine();
    const answers = [engine.write(unit('a'))];
    await engine.turn();
    for (let at = 0; at < 5; at += 1) {
      answers.push(engine.write(unit(`b${at}`)));
      await engine.turn();
      expect(engine.underWay()).toBe(1);
      await engine.finish();
    }
    expect(engine.underWay()).toBe(1);
    await engine.finish();
    expect(engine.underWay()).toBe(0);
    await Promise.all(answers);
  });

  it('starts again with the turn after it has been idle', async () => {
    const engine = heldEngine();
    void engine.write(unit('a'));
    await engine.turn();
    await engine.finish();
    void engine.write(unit('b'));
    await engine.turn();
    expect(engine.groups).toEqual([['a'], ['b']]);
  });

  it('does not answer before the commit has ended', async () => {
    const engine = heldEngine();
    const answered = vi.fn();
    void engine.write(unit('a')).then(answered);
    await vi.advanceTimersByTimeAsync(GROUP_COMMIT_LIMITS.wait * 2);
    expect(answered).not.toHaveBeenCalled();
    await engine.finish();
    expect(answered).toHaveBeenCalledExactlyOnceWith(ok(undefined));
  });

  it('gives each unit its own outcome', async () => {
    const engine = heldEngine();
    void engine.write(unit('first'));
    await engine.turn();
    const answers = ['a', 'b', 'c'].map((name) => engine.write(unit(name)));
    await engine.finish();
    await engine.finish(['committed', 'conflict', 'unavailable']);
    expect(await Promise.all(answers)).toEqual([ok(undefined), err('conflict'), err('unavailable')]);
  });

  it('takes an outcome that the engine left out as unavailable', async () => {
    const engine = heldEngine();
    const answer = engine.write(unit('a'));
    await engine.turn();
    await engine.finish([]);
    expect(await answer).toEqual(err('unavailable'));
  });
});

describe('a group that failed as a whole', () => {
  it('goes again unit by unit, and only the culprit fails', async () => {
    const engine = heldEngine();
    void engine.write(unit('first'));
    await engine.turn();
    const answers = ['a', 'culprit', 'c'].map((name) => engine.write(unit(name)));
    await engine.finish();
    await engine.finish('fail');
    await engine.finish();
    await engine.finish('fail');
    await engine.finish();
    expect(engine.groups).toEqual([['first'], ['a', 'culprit', 'c'], ['a'], ['culprit'], ['c']]);
    expect(await Promise.all(answers)).toEqual([ok(undefined), err('unavailable'), ok(undefined)]);
  });

  it('is not tried again when it was a single unit', async () => {
    const engine = heldEngine();
    const answer = engine.write(unit('a'));
    await engine.turn();
    await engine.finish('fail');
    expect(await answer).toEqual(err('unavailable'));
    expect(engine.groups).toEqual([['a']]);
  });

  it('does not commit a unit on the second try that has waited too long by then', async () => {
    const engine = heldEngine();
    void engine.write(unit('first'));
    await engine.turn();
    const answers = ['a', 'b'].map((name) => engine.write(unit(name)));
    await engine.finish();
    await engine.finish('fail');
    await vi.advanceTimersByTimeAsync(GROUP_COMMIT_LIMITS.wait);
    await engine.finish();
    expect(await Promise.all(answers)).toEqual([ok(undefined), err('unavailable')]);
    expect(engine.groups.flat()).toEqual(['first', 'a', 'b', 'a']);
  });

  it('does not hold up what comes after it, even when the engine throws instead of rejecting', async () => {
    const outcomes: readonly UnitOutcome[] = ['committed'];
    const commit = vi.fn((): Promise<readonly UnitOutcome[]> => Promise.resolve(outcomes));
    commit.mockImplementationOnce(() => {
      throw new Error('not a promise');
    });
    const group = createGroupCommit({ commit, now: () => 0 });
    const written = async (name: string) => {
      const answer = group.write(unit(name));
      await turn();
      return answer;
    };
    expect(await written('a')).toEqual(err('unavailable'));
    expect(await written('b')).toEqual(ok(undefined));
  });
});

describe('the bounds', () => {
  it('takes 4,096 waiting units and refuses the next at once', async () => {
    const engine = heldEngine();
    const answers = [engine.write(unit('under way'))];
    await engine.turn();
    for (let at = 0; at < 4096; at += 1) answers.push(engine.write(unit(`${at}`)));
    expect(engine.queued()).toBe(4096);
    expect(await engine.write(unit('one too many'))).toEqual(err('unavailable'));
    while (engine.underWay() > 0) await engine.finish();
    expect((await Promise.all(answers)).every((answer) => answer.ok)).toBe(true);
    expect(engine.groups.flat()).not.toContain('one too many');
  });

  it('puts at most 512 units into a group', async () => {
    const engine = heldEngine();
    void engine.write(unit('first'));
    await engine.turn();
    for (let at = 0; at < 513; at += 1) void engine.write(unit(`${at}`));
    await engine.finish();
    await engine.finish();
    await engine.finish();
    expect(engine.groups.map((group) => group.length)).toEqual([1, 512, 1]);
  });

  it('answers a unit that has waited 2 s while the commit before it still hangs, and never commits it', async () => {
    const engine = heldEngine();
    void engine.write(unit('hangs'));
    await engine.turn();
    const answered = vi.fn();
    void engine.write(unit('late')).then(answered);
    await vi.advanceTimersByTimeAsync(1000);
    const second = engine.write(unit('in time'));
    await vi.advanceTimersByTimeAsync(999);
    expect(answered).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(answered).toHaveBeenCalledExactlyOnceWith(err('unavailable'));
    await engine.finish();
    await engine.finish();
    expect(await second).toEqual(ok(undefined));
    expect(engine.groups).toEqual([['hangs'], ['in time']]);
  });

  it('looks at the clock before a commit, so that a late timer commits nothing that has expired', async () => {
    let now = 0;
    const groups: string[][] = [];
    const held: (() => void)[] = [];
    const group = createGroupCommit({
      now: () => now,
      commit: (units) => {
        groups.push(units.map(nameOf));
        return new Promise((resolve) => held.push(() => resolve(units.map(() => 'committed' as const))));
      },
    });
    void group.write(unit('a'));
    await turn();
    const late = group.write(unit('late'));
    now = 2000;
    held[0]?.();
    expect(await late).toEqual(err('unavailable'));
    expect(groups).toEqual([['a']]);
  });
});

describe('closing', () => {
  it('finishes what is queued and refuses what comes later', async () => {
    const engine = heldEngine();
    const answers = [engine.write(unit('a'))];
    await engine.turn();
    answers.push(engine.write(unit('b')));
    const closed = vi.fn();
    void engine.close().then(closed);
    expect(await engine.write(unit('later'))).toEqual(err('unavailable'));
    await engine.finish();
    expect(closed).not.toHaveBeenCalled();
    await engine.finish();
    expect(await Promise.all(answers)).toEqual([ok(undefined), ok(undefined)]);
    expect(closed).toHaveBeenCalledOnce();
    expect(engine.groups).toEqual([['a'], ['b']]);
  });

  it('finishes what came in the very turn in which it was asked to close', async () => {
    const engine = heldEngine();
    const answer = engine.write(unit('a'));
    const closed = vi.fn();
    void engine.close().then(closed);
    await engine.turn();
    expect(closed).not.toHaveBeenCalled();
    await engine.finish();
    expect(await answer).toEqual(ok(undefined));
    expect(closed).toHaveBeenCalledOnce();
  });

  it('ends at once when nothing is queued', async () => {
    await expect(heldEngine().close()).resolves.toBeUndefined();
  });
});
