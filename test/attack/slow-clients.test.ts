import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startHouse, type House } from '../e2e/house.ts';
import { ask } from '../support/request.ts';

/**
 * Threat 16: whoever is slow, silent or endless keeps nobody else waiting, and nothing is kept for them without end. How
 * much and how fast is what `npm run bench -- slow` measures.
 */
const MANY = 300;
let house: House;
let upstream: Server;
/** Answers that go on for as long as somebody reads. */
let endless: ServerResponse[];
const CHUNK = Buffer.alloc(65_536);

beforeAll(async () => {
  endless = [];
  upstream = createServer((incoming, outgoing) => {
    if (incoming.url !== '/endless') {
      incoming.resume().on('end', () => outgoing.end('done'));
      return;
    }
    endless.push(outgoing);
    const write = (): void => {
      while (!outgoing.destroyed && outgoing.write(CHUNK));
    };
    outgoing.on('drain', write);
    write();
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  house = await startHouse(`
  - name: slow
    from: http://slow.localhost:\${PORT}
    to: http://127.0.0.1:${(upstream.address() as AddressInfo).port}
    organizations: [acme]
    allow_public_unauthenticated_access: true
`);
});
afterAll(async () => {
  upstream.closeAllConnections();
  upstream.close();
  await house.dispose();
});

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

async function many(count: number, bytes: string): Promise<readonly Socket[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect({ port: house.server.port, host: '127.0.0.1', localAddress: '127.0.0.2' });
      sockets.push(socket.on('error', () => {}));
      await once(socket, 'connect');
      socket.write(bytes);
      return socket;
    }),
  );
}

const request = (line: string, ...lines: readonly string[]): string =>
  [`${line} HTTP/1.1`, `Host: slow.localhost:${house.server.port}`, ...lines, '', ''].join('\r\n');

const good = () => ask(house.server.port, { path: '/', host: `slow.localhost:${house.server.port}` });

describe('a good client is answered among hundreds', () => {
  it.each([
    ['that say nothing', () => ''],
    ['that send half a head', () => request('GET /').slice(0, -2)],
    ['that send the first byte of a body', () => `${request('POST /', 'Content-Length: 1000000')}x`],
    [
      'that send the first byte of a body to the token endpoint',
      () => `${request('POST /api/oauth/token', 'Content-Length: 1000').replace('slow.', '')}x`,
    ],
    ['that send heads beyond the limit', () => `${request('GET /').slice(0, -2)}X: ${'x'.repeat(60_000)}`],
    [
      'that send a body that nobody wants',
      () => request('POST /', 'Content-Length: 1000000000').replace('slow.', 'orders.') + 'x'.repeat(100_000),
    ],
  ])('%s', async (_name, bytes) => {
    const standing = await many(MANY, bytes());
    for (let count = 0; count < 20; count += 1) expect((await good()).text).toBe('done');
    expect(standing).toHaveLength(MANY);
  });
});

describe('a client that does not read', () => {
  it('is not read for: the upstream waits, and others do not', async () => {
    endless.length = 0;
    for (const socket of await many(20, request('GET /endless'))) socket.pause();
    await expect.poll(() => endless.length, { timeout: 15_000 }).toBe(20);
    const sent = (): number => endless.reduce((sum, { socket }) => sum + (socket?.bytesWritten ?? 0), 0);
    let before = 0;
    // The upstream would write for ever: that it stands says that what is kept between it and its client has an end.
    const stands = (): boolean => {
      const now = sent();
      const isSame = now === before;
      before = now;
      return isSame && endless.every(({ writableNeedDrain }) => writableNeedDrain);
    };
    await expect.poll(stands, { timeout: 15_000, interval: 300 }).toBe(true);
    for (let count = 0; count < 20; count += 1) expect((await good()).text).toBe('done');
  });
});

describe('a body that was answered', () => {
  it('is not read to its end', async () => {
    const [socket] = await many(
      1,
      request('POST /', 'Content-Length: 1000000000').replace('slow.', 'orders.'),
    );
    if (!socket) throw new Error('no connection');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const more = (): void => {
      while (!socket.destroyed && socket.write(CHUNK));
    };
    socket.on('drain', more);
    more();
    await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(socket.bytesWritten).toBeLessThan(1_000_000_000);
  });
});
