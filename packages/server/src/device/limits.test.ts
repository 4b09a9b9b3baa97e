import { beforeEach, describe, expect, it } from 'vitest';
import { createGuesses, MAX_OF_ALL, MAX_OF_SESSION } from './guesses.ts';
import { createPace, INTERVAL } from './pace.ts';

let time: number;
const now = (): number => time;

beforeEach(() => {
  time = 1_000_000;
});

describe('the pace of questions', () => {
  it('is the interval, and five seconds longer each time that somebody is too fast', () => {
    const pace = createPace(now);
    const after = (seconds: number): boolean => {
      time += seconds * 1000;
      return pace.tooSoon('a');
    };
    expect([after(0), after(INTERVAL), after(INTERVAL - 0.4)]).toEqual([false, false, false]);
    expect([after(1), after(INTERVAL), after(INTERVAL)]).toEqual([true, true, true]);
    // Three times too fast: fifteen seconds more.
    expect([after(19), after(25)]).toEqual([true, false]);
  });

  it('is each program’s own', () => {
    const pace = createPace(now);
    expect([pace.tooSoon('a'), pace.tooSoon('b'), pace.tooSoon('a')]).toEqual([false, false, true]);
    pace.forget('a');
    expect(pace.tooSoon('a')).toBe(false);
  });

  it('is remembered of a bounded number of programs, the last ones', () => {
    const pace = createPace(now);
    for (let each = 0; each <= 10_000; each += 1) pace.tooSoon(`${each}`);
    expect([pace.tooSoon('10000'), pace.tooSoon('0')]).toEqual([true, false]);
  });
});

describe('guesses of codes', () => {
  it('are few of one session, until a while has passed', () => {
    const guesses = createGuesses(now);
    for (let each = 0; each < MAX_OF_SESSION; each += 1) {
      expect(guesses.wait('a')).toBe(0);
      guesses.wrong('a');
    }
    expect(guesses.wait('a')).toBe(600);
    expect(guesses.wait('b')).toBe(0);
    time += 599_000;
    expect(guesses.wait('a')).toBe(1);
    time += 1000;
    expect(guesses.wait('a')).toBe(0);
  });

  it('are few of all together, however many sessions they come from', () => {
    const guesses = createGuesses(now);
    for (let each = 0; each < MAX_OF_ALL; each += 1) guesses.wrong(`s${each}`);
    expect(guesses.wait('somebody else')).toBeGreaterThan(0);
  });
});
