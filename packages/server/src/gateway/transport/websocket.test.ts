import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ALICE, upstreamAt } from '../testing/fixture.ts';
import { readAll, readUntil, startRig, type Rig, type RigOptions } from '../testing/rig.ts';

let rig: Rig;
const start = async (options?: RigOptions): Promise<Rig> => {
  rig = await startRig(options);
  const sockets = new WebSocketServer({ server: rig.upstream });
  sockets.on('connection', (socket, incoming) => {
    socket.on('error', () => {});
    socket.send(JSON.stringify(incoming.headers));
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  return rig;
};
afterEach(() => rig.close());

/** For what ends by itself, on a machine of any speed. */
const WAIT = { timeout: 15_000 };

interface Dialled {
  readonly socket: WebSocket;
  readonly messages: string[];
}

function dial(port: number, headers: Record<string, string> = { Authorization: `Bearer ${ALICE}` }): Dialled {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket?a=1`, {
    headers: { Host: 'app.example', ...headers },
  });
  const messages: string[] = [];
  socket.on('message', (data: Buffer) => messages.push(String(data)));
  socket.on('error', () => {});
  return { socket, messages };
}

async function until(held: () => boolean): Promise<void> {
  while (!held()) await sleep(5);
}

/** The status that a handshake was answered with instead of 101. */
async function refusal(socket: WebSocket): Promise<number> {
  const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
  return answer.statusCode;
}

describe('a WebSocket', () => {
  it('is relayed both ways, with identity and without the token', async () => {
    const { port } = await start();
    const { socket, messages } = dial(port);
    await until(() => messages.length === 1);
    const headers = JSON.parse(messages[0] ?? '') as Record<string, string>;
    expect(headers).toHaveProperty('x-pomerium-jwt-assertion');
    expect(headers).not.toHaveProperty('authorization');
    expect(headers).toMatchObject({ connection: 'upgrade', upgrade: 'websocket' });
    const large = 'x'.repeat(1_000_000);
    socket.send('small');
    socket.send(large);
    await until(() => messages.length === 3);
    expect(messages.slice(1)).toEqual(['small', large]);
    socket.close(4_321, 'bye');
    expect((await once(socket, 'close'))[0]).toBe(4_321);
  });

  it.each([
    ['nothing presented', {}, 401],
    ['a bad token', { Authorization: 'Bearer csp_bad' }, 401],
  ])('with %s is refused with a problem document', async (_name, headers, status) => {
    const { port, seen } = await start();
    expect(await refusal(dial(port, headers).socket)).toBe(status);
    expect(seen).toHaveLength(0);
  });

  it('needs a route that allows it', async () => {
    const { port, refused } = await start({ route: { allowWebsockets: false } });
    expect(await refusal(dial(port).socket)).toBe(403);
    expect(refused).toMatchObject([{ code: 'policy.refused' }]);
  });

  it('that the upstream does not want gets the answer of the upstream', async () => {
    rig = await startRig({ upstream: (_incoming, outgoing) => outgoing.writeHead(426).end('not here') });
    expect(await refusal(dial(rig.port).socket)).toBe(426);
  });

  it('to an upstream that is not there is a 502', async () => {
    const { port } = await start({ route: { upstream: upstreamAt(9) } });
    expect(await refusal(dial(port).socket)).toBe(502);
  });

  it.each(['revoked', 'expired'] as const)('ends when its token is %s, on both sides', async (state) => {
    const { port, presented } = await start();
    const { socket, messages } = dial(port);
    await until(() => messages.length === 1);
    await sleep(100);
    expect(socket.readyState).toBe(WebSocket.OPEN);
    presented.set(ALICE, { state });
    const [code] = await once(socket, 'close');
    expect(code).toBe(1_006);
    await expect.poll(connections, WAIT).toBe(0);
  });

  it('takes the other side with it when one side breaks off', async () => {
    const { port } = await start();
    const { socket, messages } = dial(port);
    await until(() => messages.length === 1);
    socket.terminate();
    await expect.poll(connections, WAIT).toBe(0);
  });

  it('ends when the gateway closes', async () => {
    const { port, transport } = await start();
    const { socket, messages } = dial(port);
    await until(() => messages.length === 1);
    const closed = once(socket, 'close');
    await transport.close();
    expect((await closed)[0]).toBe(1_006);
  });

  it('loses nothing that the client sends right behind its request', async () => {
    const { dial: connect } = await start();
    const socket = await connect();
    const lines =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
    const frame = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]).toString('latin1');
    socket.write(
      `GET / HTTP/1.1\r\nHost: app.example\r\nAuthorization: Bearer ${ALICE}\r\n${lines}\r\n\r\n${frame}`,
      'latin1',
    );
    const answer = await readUntil(socket, /\u0081\u0002hi/);
    expect(answer).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(answer).toContain('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  });

  it('on a refused handshake leaves a connection that is over', async () => {
    const { dial: connect } = await start();
    const socket = await connect();
    socket.write('GET / HTTP/1.1\r\nHost: app.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    const answer = await readAll(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer.toLowerCase()).toContain('connection: close');
    await expect.poll(connections, WAIT).toBe(0);
  });
});

/** Connections that either server still has, together. */
async function connections(): Promise<number> {
  const count = (server: Rig['gateway']): Promise<number> =>
    new Promise((resolve, reject) =>
      server.getConnections((fault, held) => (fault ? reject(fault) : resolve(held))),
    );
  return (await count(rig.gateway)) + (await count(rig.upstream));
}
