import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cutWhenIdle } from './idle.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function connection() {
  const socket = Object.assign(new EventEmitter(), {
    bytesRead: 0,
    bytesWritten: 0,
    writableLength: 0,
    destroyed: false,
    destroy: () => void (socket.destroyed = true),
  });
  return socket;
}

const watch = (socket: ReturnType<typeof connection>) => cutWhenIdle(socket as unknown as Socket, 1_000);

describe('a connection on which nothing moves', () => {
  it('is cut when the limit is over, and not before', () => {
    const socket = connection();
    watch(socket);
    vi.advanceTimersByTime(999);
    expect(socket.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(socket.destroyed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each(['bytesRead', 'bytesWritten'] as const)(
    'is one whose %s stand still, and no other',
    (direction) => {
      const socket = connection();
      watch(socket);
      for (let times = 0; times < 10; times += 1) {
        vi.advanceTimersByTime(900);
        socket[direction] += 1;
      }
      expect(socket.destroyed).toBe(false);
      vi.advanceTimersByTime(1_250);
      expect(socket.destroyed).toBe(true);
    },
  );

  it('is also one that has taken what nobody reads', () => {
    const socket = connection();
    watch(socket);
    for (let times = 0; times < 4; times += 1) {
      vi.advanceTimersByTime(250);
      socket.bytesWritten += 100;
      socket.writableLength += 100;
    }
    expect(socket.destroyed).toBe(true);
  });

  it('is not looked at any more when the exchange is over', () => {
    const socket = connection();
    watch(socket)();
    vi.advanceTimersByTime(10_000);
    expect([socket.destroyed, vi.getTimerCount()]).toEqual([false, 0]);
  });
});
