import { once } from 'node:events';
import type { Upstream } from '@countersign/core';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ALICE, targetAt } from '../testing/fixture.ts';
import { bytesOf, startRig, type Rig } from '../testing/rig.ts';
import { closeServers, deadPort, startRawServer, startServer } from '../testing/servers.ts';

let rig: Rig;
afterEach(async () => {
  await rig.close();
  await closeServers();
});

const AUTH = `Authorization: Bearer ${ALICE}`;
/** The first comes first: that is how turns begin. */
const inTurns = (...ports: readonly number[]): Upstream => ({
  targets: ports.map((port) => targetAt(port)),
  balancing: 'round_robin',
});
const start = async (...ports: readonly number[]): Promise<Rig> =>
  (rig = await startRig({ route: { upstream: inTurns(...ports) } }));
const tried = (): number => rig.log.filter(({ message }) => message.includes('another address')).length;

describe('an address that takes no connection', () => {
  it('costs a GET nothing: it goes to the next one', async () => {
    const [dead, live] = [await deadPort(), await startServer()];
    const { send, log, passed } = await start(dead, live.port);
    expect(await send(bytesOf('GET /a?b', [AUTH]))).toMatch(/^HTTP\/1\.1 200 /);
    expect(live.seen).toMatchObject([{ method: 'GET', url: '/a?b' }]);
    expect(log).toMatchObject([
      {
        message: 'upstream failed, another address is tried',
        fields: { request_id: passed[0]?.id, upstream: `http://127.0.0.1:${dead}`, cause: 'ECONNREFUSED' },
      },
    ]);
  });

  it('is left alone for a while afterwards', async () => {
    const [dead, live] = [await deadPort(), await startServer()];
    const { send, time } = await start(dead, live.port);
    for (let round = 0; round < 6; round += 1) {
      expect(await send(bytesOf('GET /', [AUTH]))).toMatch(/^HTTP\/1\.1 200 /);
    }
    expect(tried()).toBe(1);
    time.now += 10_000;
    for (let round = 0; round < 2; round += 1) await send(bytesOf('GET /', [AUTH]));
    expect(tried()).toBe(2);
  });

  it('has its turns again when it is there again', async () => {
    const [dead, live] = [await deadPort(), await startServer()];
    const { send, time } = await start(dead, live.port);
    await send(bytesOf('GET /', [AUTH]));
    const back = await startServer({ at: dead });
    time.now += 10_000;
    for (let round = 0; round < 4; round += 1) await send(bytesOf('GET /', [AUTH]));
    expect([back.seen.length, live.seen.length]).toEqual([2, 3]);
  });

  it('is no reason to send a POST to another', async () => {
    const [dead, live] = [await deadPort(), await startServer()];
    const { send } = await start(dead, live.port);
    const post = [AUTH, 'Content-Length: 4'];
    expect(await send(`${bytesOf('POST /', post)}body`)).toMatch(/^HTTP\/1\.1 502 /);
    expect(await send(bytesOf('POST /', [AUTH]))).toMatch(/^HTTP\/1\.1 200 /);
    expect(live.seen.map(({ body }) => body)).toEqual(['']);
    expect(tried()).toBe(0);
  });

  it('leaves the body of a PUT whole for the next one', async () => {
    const [dead, live] = [await deadPort(), await startServer()];
    const { send } = await start(dead, live.port);
    const put = `${bytesOf('PUT /', [AUTH, 'Content-Length: 70000'])}${'x'.repeat(70_000)}`;
    expect(await send(put)).toMatch(/^HTTP\/1\.1 200 /);
    expect(live.seen.map(({ method, body }) => [method, body.length])).toEqual([['PUT', 70_000]]);
  });

  it('is followed by one other at most', async () => {
    const dead = [await deadPort(), await deadPort(), await deadPort()];
    const live = await startServer();
    const { send } = await start(...dead, live.port);
    const answer = await send(bytesOf('GET /', [AUTH]));
    expect(answer).toMatch(/^HTTP\/1\.1 502 /);
    expect(tried()).toBe(1);
    expect(live.seen).toHaveLength(0);
  });

  it('does not keep a WebSocket from the next one', async () => {
    const [dead, live] = [await deadPort(), await startServer()];
    await live.close();
    const sockets = new WebSocketServer({ port: live.port, host: '127.0.0.1' });
    sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
    const { port } = await start(dead, live.port);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, {
      headers: { Host: 'app.example', Authorization: `Bearer ${ALICE}` },
    });
    await once(socket, 'open');
    const echoed = once(socket, 'message');
    socket.send('hello');
    expect(String((await echoed)[0])).toBe('hello');
    socket.terminate();
    sockets.close();
  });
});

describe('what has been sent', () => {
  it('is not sent again when the connection breaks before the answer', async () => {
    const heard: string[] = [];
    const breaking = await startRawServer((socket) => {
      socket.once('data', (bytes) => {
        heard.push(bytes.toString('latin1'));
        socket.destroy();
      });
    });
    const live = await startServer();
    const { send } = await start(breaking.port, live.port);
    expect(await send(bytesOf('GET /once', [AUTH]))).toMatch(/^HTTP\/1\.1 502 /);
    expect(heard).toEqual([expect.stringMatching(/^GET \/once /)]);
    expect(live.seen).toHaveLength(0);
    expect(tried()).toBe(0);
  });

  it('is not sent again when only half of it went out', async () => {
    const breaking = await startRawServer((socket) => {
      let length = 0;
      socket.on('data', (bytes) => {
        length += bytes.length;
        if (length > 1_000) socket.destroy();
      });
    });
    const live = await startServer();
    const { dial } = await start(breaking.port, live.port);
    const socket = await dial();
    const answered = once(socket, 'data') as Promise<[Buffer]>;
    socket.write(bytesOf('PUT /', [AUTH, 'Content-Length: 9000']).replace('Connection: close\r\n', ''));
    socket.write('x'.repeat(3_000));
    expect(String((await answered)[0])).toMatch(/^HTTP\/1\.1 502 /);
    expect(live.seen).toHaveLength(0);
  });

  it('is not sent again when the answer is late', async () => {
    const silent = await startServer({ answer: () => {} });
    const live = await startServer();
    rig = await startRig({ route: { upstream: inTurns(silent.port, live.port), timeout: 50 } });
    expect(await rig.send(bytesOf('GET /', [AUTH]))).toMatch(/^HTTP\/1\.1 504 /);
    expect([silent.seen.length, live.seen.length]).toEqual([1, 0]);
  });
});
