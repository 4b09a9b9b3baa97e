import { EventEmitter } from 'node:events';
import { ServerResponse, type IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { discardRest } from './answer.ts';
import { switchTo } from './switch-protocol.ts';

/** How long the gateway goes on for somebody who is only taking its time: bounded, and tested at the bound. */

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the rest of a body that was answered early', () => {
  const sending = (over: object = {}) => {
    const destroy = vi.fn<() => void>();
    const resume = vi.fn<() => void>();
    const pause = vi.fn<() => void>();
    const headers = { 'content-length': '9' };
    const fake = { complete: false, headers, socket: { destroy }, resume, pause, ...over };
    const incoming = Object.assign(new EventEmitter(), fake) as unknown as IncomingMessage;
    return { incoming, destroy, resume, pause };
  };

  it('is read for five seconds and no longer', () => {
    const { incoming, destroy, resume } = sending();
    discardRest(incoming);
    expect(resume).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(4_999);
    expect(destroy).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(destroy).toHaveBeenCalledTimes(1);
  });

  it('is read up to a megabyte, and then waited out', () => {
    const { incoming, pause, destroy } = sending();
    discardRest(incoming);
    incoming.emit('data', Buffer.alloc(1_048_575));
    expect(pause).not.toHaveBeenCalled();
    incoming.emit('data', Buffer.alloc(1));
    expect(pause).toHaveBeenCalledTimes(1);
    expect(destroy).not.toHaveBeenCalled();
    vi.advanceTimersByTime(5_000);
    expect(destroy).toHaveBeenCalledTimes(1);
  });

  it('costs nothing once it has come, and nothing where there is none', () => {
    const { incoming, destroy } = sending();
    discardRest(incoming);
    incoming.emit('close');
    vi.advanceTimersByTime(60_000);
    expect(destroy).not.toHaveBeenCalled();
    const bare = sending({ headers: {} });
    discardRest(bare.incoming);
    expect(bare.resume).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the other side of a WebSocket that has ended', () => {
  it('gets five seconds to take what is left for it', async () => {
    const stuck = new Duplex({ read() {}, write() {} });
    const client = new Socket();
    const over = vi.fn<() => void>();
    const open = new Set<Socket>();
    const outgoing = new ServerResponse({ method: 'GET', httpVersionMajor: 1 } as IncomingMessage);
    outgoing.assignSocket(client);
    switchTo(open, outgoing, client, Buffer.from('never taken'))(stuck, [], over);
    expect(open.size).toBe(1);
    client.destroy();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(over).toHaveBeenCalledTimes(1);
    expect(open.size).toBe(0);
    expect(stuck.destroyed).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(stuck.destroyed).toBe(true);
  });
});
