import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ask } from '../../../test/support/request.ts';
import type { Bound } from './listener/listen-on.ts';
import { listenForMetrics, MAX_CONNECTIONS } from './metrics-listener.ts';

const QUIET = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

let bound: Bound;
afterEach(() => bound.close());

async function start(text: () => Promise<string> = async () => 'a 1\n'): Promise<number> {
  const listening = await listenForMetrics(
    { host: '127.0.0.1', port: 0 },
    { contentType: 'text/plain; version=0.0.4', text },
    QUIET,
  );
  if (!listening.ok) throw new Error(listening.error);
  bound = listening.value;
  return Number(bound.address.split(':').at(-1));
}

describe('the listener of metrics', () => {
  it('answers GET and HEAD /metrics', async () => {
    const port = await start();
    expect(await ask(port, { path: '/metrics?x=1' })).toMatchObject({
      status: 200,
      text: 'a 1\n',
      headers: { 'content-type': 'text/plain; version=0.0.4', 'cache-control': 'no-store' },
    });
    expect(await ask(port, { method: 'HEAD', path: '/metrics' })).toMatchObject({
      status: 200,
      text: '',
      headers: { 'content-length': '4' },
    });
  });

  it('has nothing else, and does nothing', async () => {
    const port = await start();
    for (const path of ['/', '/metrics/', '//metrics', '/metrics/a', '/%6detrics', '/healthz']) {
      expect([path, (await ask(port, { path })).status]).toEqual([path, 404]);
    }
    expect(await ask(port, { method: 'POST', path: '/metrics', body: 'x' })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    });
  });

  it('answers 500, and not what went wrong, when it cannot say', async () => {
    const port = await start(() => Promise.reject(new Error('secret')));
    expect(await ask(port, { path: '/metrics' })).toMatchObject({ status: 500, text: '' });
  });

  it('has room for a few connections, and closes one more', async () => {
    const port = await start();
    const sockets = Array.from({ length: MAX_CONNECTIONS }, () => connect(port, '127.0.0.1'));
    try {
      await expect.poll(() => bound.open()).toBe(MAX_CONNECTIONS);
      await expect(ask(port, { path: '/metrics' })).rejects.toThrow(/hang up|reset/);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    await expect.poll(() => bound.open()).toBe(0);
    expect((await ask(port, { path: '/metrics' })).status).toBe(200);
  });
});
