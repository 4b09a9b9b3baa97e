import { describe, expect, it, vi } from 'vitest';
import { startThread } from './sqlite-thread.ts';

/** A thread that runs this JavaScript, with `port` and `reply`. */
function threadOf(body: string) {
  const source = `
    import { parentPort as port } from 'node:worker_threads';
    const reply = (message) => port.postMessage({ kind: 'failed', message });
    ${body}`;
  const died = vi.fn<(message: string) => void>();
  let now = 0;
  const script = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
  const thread = startThread({ now: () => now, died }, script);
  return { thread, died, setNow: (value: number) => (now = value) };
}

const close = { kind: 'close' } as const;
const ECHO = `
  let count = 0;
  port.on('message', (request) => {
    reply(String(count += 1));
    if (request.kind === 'close') port.close();
  });`;

describe('a storage thread', () => {
  it('answers in order, however many are asked at once', async () => {
    const { thread } = threadOf(ECHO);
    const read = { kind: 'read', statement: { sql: '', parameters: [] } } as const;
    const replies = await Promise.all(Array.from({ length: 20 }, () => thread.ask(read)));
    expect(replies).toEqual(
      Array.from({ length: 20 }, (_, at) => ({ kind: 'failed', message: `${at + 1}` })),
    );
    await thread.stop();
  });

  it('is silent from the question until the answer', async () => {
    const { thread, setNow } = threadOf(ECHO);
    setNow(5);
    expect(thread.silentSince()).toBeUndefined();
    const asked = thread.ask({ kind: 'commit', units: [] });
    setNow(9);
    expect(thread.silentSince()).toBe(5);
    await asked;
    expect(thread.silentSince()).toBeUndefined();
    await thread.stop();
  });

  it.each([
    ['throws', `port.on('message', () => { throw new Error('out of order'); });`, 'out of order'],
    ['rejects', `port.on('message', async () => { throw new Error('out of order'); });`, 'out of order'],
    ['ends', `port.on('message', () => process.exit(3));`, 'the storage thread ended with code 3'],
  ])(
    'that %s owes nothing any more, stays silent, and does not take the process with it',
    async (_, body, why) => {
      const { thread, died, setNow } = threadOf(body);
      setNow(7);
      const asked = [thread.ask({ kind: 'commit', units: [] }), thread.ask({ kind: 'commit', units: [] })];
      expect(await Promise.all(asked)).toEqual([undefined, undefined]);
      expect(died).toHaveBeenCalledExactlyOnceWith(why);
      expect(thread.silentSince()).toBe(7);
      expect(await thread.ask({ kind: 'commit', units: [] })).toBeUndefined();
      await thread.stop();
      expect(died).toHaveBeenCalledOnce();
      expect(thread.silentSince()).toBe(7);
    },
  );

  it('that cannot be started is dead, not a crash', async () => {
    const { thread, died } = threadOf('this is no JavaScript');
    expect(await thread.ask(close)).toBeUndefined();
    expect(died).toHaveBeenCalledOnce();
    await thread.stop();
  });

  it('finishes what it was asked before it stops, and may be stopped twice', async () => {
    const { thread, died } = threadOf(ECHO);
    const asked = thread.ask({ kind: 'commit', units: [] });
    await Promise.all([thread.stop(), thread.stop()]);
    expect(await asked).toEqual({ kind: 'failed', message: '1' });
    expect(died).not.toHaveBeenCalled();
    expect(await thread.ask({ kind: 'commit', units: [] })).toBeUndefined();
  });
});
