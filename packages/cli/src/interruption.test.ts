import { describe, expect, it } from 'vitest';
import { fakeDeps } from './fake-deps.ts';
import { untilInterrupted } from './interruption.ts';

/** A world whose clock is moved by hand, and a close that ends when it is told to. */
function scene() {
  let now = 0;
  let finish = (): void => {};
  let closes = 0;
  const deps = fakeDeps({ now: () => now });
  const waiting = untilInterrupted(deps, () => {
    closes += 1;
    return new Promise((resolve) => (finish = resolve));
  });
  return {
    deps,
    waiting,
    closes: () => closes,
    finish: () => finish(),
    signalAt: async (time: number) => {
      now = time;
      deps.interrupt();
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

describe('an interruption', () => {
  it('closes once, and waits until that is done', async () => {
    const { deps, waiting, closes, finish, signalAt } = scene();
    await signalAt(0);
    expect(closes()).toBe(1);
    finish();
    await waiting;
    expect(deps.exits).toEqual([]);
    expect(deps.listeners()).toBe(0);
  });

  it('that comes twice through two processes is one wish', async () => {
    const { deps, waiting, closes, finish, signalAt } = scene();
    await signalAt(0);
    await signalAt(499);
    expect(closes()).toBe(1);
    expect(deps.exits).toEqual([]);
    finish();
    await waiting;
  });

  it('a second time ends the process at once with 130', async () => {
    const { deps, waiting, finish, signalAt } = scene();
    await signalAt(0);
    await signalAt(500);
    expect(deps.exits).toEqual([130]);
    finish();
    await waiting;
  });

  it('is also a terminal that goes away, but for who has another use for that', async () => {
    const deps = fakeDeps();
    let closed = 0;
    let reloads = 0;
    const close = async () => void (closed += 1);
    const served = untilInterrupted(deps, close, () => void (reloads += 1));
    deps.hangup();
    expect([closed, reloads]).toEqual([0, 1]);
    deps.interrupt();
    await served;
    const shown = untilInterrupted(deps, close);
    deps.hangup();
    await shown;
    expect([closed, reloads]).toEqual([2, 1]);
  });
});
