import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Upstream } from '@countersign/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startAsking, type Asking } from '../testing/asking.ts';
import { targetAt, upstreamAt } from '../testing/fixture.ts';
import { closeServers, deadPort, startRawServer, startServer } from '../testing/servers.ts';

let asking: Asking = startAsking();
const use = async (options: Parameters<typeof startAsking>[0]): Promise<void> => {
  await asking.upstreams.close();
  asking = startAsking(options);
};
afterEach(async () => {
  await closeServers();
  await use({});
});

/** Answers only when it is told to. */
async function holding() {
  const held: ServerResponse[] = [];
  const server = await startServer({ answer: (_incoming, outgoing) => void held.push(outgoing) });
  return { ...server, held, arrived: (count: number) => vi.waitFor(() => expect(held).toHaveLength(count)) };
}

describe('several addresses', () => {
  it.each(['round_robin', 'least_request'] as const)('share requests by %s', async (balancing) => {
    const servers = [await startServer(), await startServer()];
    const upstream: Upstream = { targets: servers.map(({ port }) => targetAt(port)), balancing };
    for (let request = 0; request < 6; request += 1) await asking.ask(upstream);
    expect(servers.map(({ seen }) => seen.length)).toEqual([3, 3]);
  });

  it('share them by weight', async () => {
    const servers = [await startServer(), await startServer()];
    const upstream: Upstream = {
      targets: servers.map(({ port }, index) => ({ ...targetAt(port), weight: index === 0 ? 3 : 1 })),
      balancing: 'round_robin',
    };
    for (let request = 0; request < 8; request += 1) await asking.ask(upstream);
    expect(servers.map(({ seen }) => seen.length)).toEqual([6, 2]);
  });

  it('are drawn by lot', async () => {
    const server = await startServer();
    const upstream: Upstream = { targets: [targetAt(server.port)], balancing: 'random' };
    expect(await asking.ask(upstream)).toMatchObject({ status: 200 });
    const two: Upstream = { ...upstream, targets: [...upstream.targets, ...upstream.targets] };
    expect(await asking.ask(two)).toMatchObject({ status: 200 });
  });

  it('get no request while they have more under way than another', async () => {
    const [slow, quick] = [await holding(), await startServer()];
    const upstream: Upstream = {
      targets: [slow, quick].map(({ port }) => targetAt(port)),
      balancing: 'least_request',
    };
    const waiting = asking.begin(upstream);
    await slow.arrived(1);
    for (let request = 0; request < 4; request += 1) await asking.ask(upstream);
    expect([slow.seen.length, quick.seen.length]).toEqual([1, 4]);
    slow.held[0]?.end();
    await waiting.answered;
  });
});

describe('a socket', () => {
  it('is asked with http and the Host localhost, and gone like any other upstream', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-'));
    const socketPath = join(folder, 'app.sock');
    const server = await startServer({
      at: socketPath,
      answer: (_incoming, outgoing) => outgoing.end('here'),
    });
    const target = { ...targetAt(80), host: 'localhost', socketPath, pool: `unix:${socketPath}` };
    const upstream: Upstream = { targets: [target], balancing: 'round_robin' };
    expect(await asking.ask(upstream, { path: '/a?b' })).toEqual({ status: 200, text: 'here' });
    expect(server.seen).toMatchObject([{ url: '/a?b', headers: { host: 'localhost' } }]);
    await asking.ask(upstream, { headers: ['Host', 'app.example'] });
    expect(server.seen[1]?.headers.host).toBe('app.example');
    await server.close();
    // The connection that was kept is gone a moment later than the other side of it.
    await vi.waitFor(async () => expect(await asking.ask(upstream)).toEqual({ failed: 'ENOENT' }));
    await rm(folder, { recursive: true });
  });
});

describe('what a target is spared', () => {
  it('is more than its places, and a line that never ends', async () => {
    await use({ bounds: { connections: 2, waiting: 1 } });
    const slow = await holding();
    const upstream = upstreamAt(slow.port);
    const under = [asking.begin(upstream), asking.begin(upstream)];
    await slow.arrived(2);
    const waiting = asking.begin(upstream);
    expect(await asking.ask(upstream)).toEqual({ refused: 'too many requests wait for the upstream' });
    expect(slow.connections()).toBe(2);
    slow.held[0]?.end('done');
    await slow.arrived(3);
    for (const outgoing of slow.held) outgoing.end('done');
    for (const { answered } of [...under, waiting]) expect(await answered).toMatchObject({ status: 200 });
    expect(slow.connections()).toBe(2);
  });

  it('is a request that nobody waits for any more', async () => {
    await use({ bounds: { connections: 1, waiting: 1 } });
    const slow = await holding();
    const upstream = upstreamAt(slow.port);
    const first = asking.begin(upstream);
    await slow.arrived(1);
    const gone = asking.begin(upstream, { path: '/gone' });
    gone.leave();
    const next = asking.begin(upstream, { path: '/next' });
    slow.held[0]?.end();
    await slow.arrived(2);
    slow.held[1]?.end();
    await Promise.all([first.answered, next.answered]);
    expect(slow.seen.map(({ url }) => url)).toEqual(['/', '/next']);
  });

  it('is the next request where another address has places', async () => {
    await use({ bounds: { connections: 1, waiting: 5 } });
    const [slow, quick] = [await holding(), await startServer()];
    const upstream: Upstream = {
      targets: [slow, quick].map(({ port }) => targetAt(port)),
      balancing: 'round_robin',
    };
    const first = asking.begin(upstream);
    await slow.arrived(1);
    for (let request = 0; request < 3; request += 1)
      expect(await asking.ask(upstream)).toMatchObject({ status: 200 });
    expect(slow.seen).toHaveLength(1);
    slow.held[0]?.end();
    await first.answered;
  });

  it('is another request while a WebSocket is open, which has its place to the end', async () => {
    await use({ bounds: { connections: 1, waiting: 0 } });
    const raw = await startRawServer((socket) => {
      socket.on('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
      );
    });
    const upstream = upstreamAt(raw.port);
    const open = asking.begin(upstream, { upgrade: true });
    expect(await open.answered).toEqual({ status: 101 });
    expect(await asking.ask(upstream, { upgrade: true })).toHaveProperty('refused');
    open.leave();
    const next = asking.begin(upstream, { upgrade: true });
    expect(await next.answered).toEqual({ status: 101 });
    next.leave();
  });

  it('is given back when a request fails, whatever it fails of', async () => {
    await use({ bounds: { connections: 1, waiting: 0 } });
    const dead = upstreamAt(await deadPort());
    for (let request = 0; request < 3; request += 1)
      expect(await asking.ask(dead)).toEqual({ failed: 'ECONNREFUSED' });
    const breaking = await startServer({ answer: ({ socket }) => socket.destroy() });
    for (let request = 0; request < 3; request += 1)
      expect(await asking.ask(upstreamAt(breaking.port))).toEqual({ failed: 'UND_ERR_SOCKET' });
    const body = (): Readable => Readable.from([]).destroy(new Error('the client went away'));
    for (let request = 0; request < 3; request += 1)
      expect(await asking.ask(upstreamAt(breaking.port), { method: 'PUT', body })).toHaveProperty('failed');
  });
});

describe('connections', () => {
  it('are kept for the next request, and closed when no route leads there any more', async () => {
    const server = await startServer();
    const upstream = upstreamAt(server.port);
    asking.follow(upstream);
    await asking.ask(upstream);
    await asking.ask(upstream);
    expect(server.connections()).toBe(1);
    const closed = once(server.seen[0]?.incoming.socket ?? process, 'close');
    asking.follow();
    await closed;
  });

  it('are new where the TLS material is another, although the address is not', async () => {
    const server = await startServer();
    const [one, other] = ['a', 'b'].map((material): Upstream => ({
      ...upstreamAt(server.port),
      targets: [{ ...targetAt(server.port), pool: `same address ${material}` }],
    }));
    if (!one || !other) throw new Error('two upstreams');
    asking.follow(one, other);
    await asking.ask(one);
    await asking.ask(other);
    await asking.ask(one);
    expect(server.connections()).toBe(2);
  });

  it('are not cut under a request when its route goes', async () => {
    const slow = await holding();
    const upstream = upstreamAt(slow.port);
    asking.follow(upstream);
    const under = asking.begin(upstream);
    await slow.arrived(1);
    const closed = once(slow.seen[0]?.incoming.socket ?? process, 'close');
    asking.follow();
    await new Promise((resolve) => setTimeout(resolve, 50));
    slow.held[0]?.end('whole');
    expect(await under.answered).toEqual({ status: 200, text: 'whole' });
    await closed;
  });

  it('are gone when the last request is over and not before', async () => {
    const slow = await holding();
    const under = asking.begin(upstreamAt(slow.port));
    await slow.arrived(1);
    let isClosed = false;
    const closing = asking.upstreams.close().then(() => (isClosed = true));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(isClosed).toBe(false);
    slow.held[0]?.end();
    expect(await under.answered).toMatchObject({ status: 200 });
    await closing;
  });
});
