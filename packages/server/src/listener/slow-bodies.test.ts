import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LEAST, LOOK, LOOKS, watchSlowBodies } from './slow-bodies.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A connection with a body on its way, as far as it is looked at. */
function body(over: { complete?: boolean; headersSent?: boolean; readableFlowing?: boolean | null } = {}) {
  const { complete = false, headersSent = false, readableFlowing = true } = over;
  const socket = { bytesRead: 0 };
  const answer = { headersSent, req: { complete, readableFlowing } };
  return { socket, answer };
}

function watch(...bodies: readonly ReturnType<typeof body>[]) {
  const refused: unknown[] = [];
  const answers = new Map<unknown, unknown>(bodies.map(({ socket, answer }) => [socket, answer]));
  const sockets = new Set(bodies.map(({ socket }) => socket)) as unknown as ReadonlySet<Socket>;
  const stop = watchSlowBodies(sockets, {
    answerOn: (socket) => answers.get(socket) as ServerResponse | undefined,
    refuse: (socket, status) => refused.push([socket, status]),
  });
  return { refused, answers, stop };
}

const WINDOW = LOOK * (LOOKS + 1);

describe('a body on its way', () => {
  it('is given up when too little of it comes', () => {
    const slow = body();
    const { refused } = watch(slow);
    vi.advanceTimersByTime(WINDOW - 1);
    slow.socket.bytesRead = LEAST - 1;
    expect(refused).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(refused).toEqual([[slow.socket, '408 Request Timeout']]);
  });

  it('is given time as long as it moves', () => {
    const moving = body();
    const { refused } = watch(moving);
    for (let window = 0; window < 20; window += 1) {
      moving.socket.bytesRead += LEAST;
      vi.advanceTimersByTime(WINDOW - LOOK);
    }
    expect(refused).toEqual([]);
  });

  it.each([
    ['that has come whole', { complete: true }],
    ['whose answer has begun: a stream both ways may be silent', { headersSent: true }],
    ['that nobody reads at the moment', { readableFlowing: false }],
    ['that nobody has asked for yet', { readableFlowing: null }],
  ])('%s is left alone', (_name, over) => {
    const { refused } = watch(body(over));
    vi.advanceTimersByTime(10 * WINDOW);
    expect(refused).toEqual([]);
  });

  it('is counted from the moment it is wanted', () => {
    const paused = body({ readableFlowing: false });
    const { refused } = watch(paused);
    vi.advanceTimersByTime(10 * WINDOW);
    paused.answer.req.readableFlowing = true;
    vi.advanceTimersByTime(WINDOW - LOOK);
    expect(refused).toEqual([]);
    vi.advanceTimersByTime(LOOK);
    expect(refused).toHaveLength(1);
  });

  it('is counted anew for the next request of a connection', () => {
    const { socket, answer } = body();
    const { refused, answers } = watch({ socket, answer });
    vi.advanceTimersByTime(WINDOW - LOOK);
    answers.set(socket, body().answer);
    vi.advanceTimersByTime(WINDOW - LOOK);
    expect(refused).toEqual([]);
  });

  it('is not looked at any more after the end', () => {
    const { refused, stop } = watch(body());
    stop();
    vi.advanceTimersByTime(10 * WINDOW);
    expect(refused).toEqual([]);
  });
});
