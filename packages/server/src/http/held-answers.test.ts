import { describe, expect, it } from 'vitest';
import { createHeldAnswers, DELAY, MAX_HELD } from './held-answers.ts';

function held() {
  const waiting: (() => void)[] = [];
  const asked: number[] = [];
  const answers = createHeldAnswers({
    pause: (milliseconds) => {
      asked.push(milliseconds);
      return new Promise<void>((resolve) => waiting.push(resolve));
    },
  });
  return { answers, waiting, asked };
}

describe('an answer that is held', () => {
  it('goes after the delay, and makes room', async () => {
    const { answers, waiting, asked } = held();
    const answer = answers.hold();
    expect({ size: answers.size, asked }).toEqual({ size: 1, asked: [DELAY] });
    waiting[0]?.();
    await answer;
    expect(answers.size).toBe(0);
  });

  it('goes at once where as many are held as may be', async () => {
    const { answers, waiting } = held();
    const all = Array.from({ length: MAX_HELD }, () => answers.hold());
    await answers.hold();
    expect({ size: answers.size, waiting: waiting.length }).toEqual({ size: MAX_HELD, waiting: MAX_HELD });
    for (const release of waiting) release();
    await Promise.all(all);
    expect(answers.size).toBe(0);
  });
});
