import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startHouse, type House } from '../e2e/house.ts';
import { ask } from '../support/request.ts';
import { answersIn, dial, exchangeBytes, head } from './raw-socket.ts';

/**
 * Threats 9 and 14 on one connection: whoever sends half of something, something else, or nothing any more must not get
 * a second answer, must not write into the answer of another request, and above all must not end the process.
 */

let house: House;
let slow: Server;
/** Paths that reached the slow upstream, which sends half of an answer and keeps the rest. */
let reached: string[];

beforeAll(async () => {
  reached = [];
  slow = createServer((incoming, outgoing) => {
    reached.push(incoming.url ?? '');
    outgoing.write('half');
  });
  slow.listen(0, '127.0.0.1');
  await once(slow, 'listening');
  const { port } = slow.address() as AddressInfo;
  house = await startHouse(`
  - name: slow
    from: http://slow.localhost:\${PORT}
    to: http://127.0.0.1:${port}
    organizations: [acme]
    allow_public_unauthenticated_access: true
    allow_websockets: true
`);
});
afterAll(async () => {
  slow.closeAllConnections();
  slow.close();
  await house.dispose();
});
afterEach(async () => {
  expect((await ask(house.server.port, { path: '/healthz' })).status).toBe(200);
  expect(house.server.log.filter(({ level }) => level === 'error')).toEqual([]);
});

const host = (name?: string): string =>
  `Host: ${name === undefined ? '' : `${name}.`}localhost:${house.server.port}`;
const upgrade = (line: string, to: string, protocol: string): string =>
  head(line, to, 'Connection: Upgrade', `Upgrade: ${protocol}`);
const WEBSOCKET = 'websocket';
const statuses = (text: string): readonly string[] => text.match(/HTTP\/1\.1 \d{3}/g) ?? [];

describe('nothing is written into an answer that is under way, whatever comes behind its request', () => {
  const attacks: readonly (readonly [string, () => string])[] = [
    ['garbage', () => 'garbage\r\n\r\n'],
    ['a head beyond the limit', () => `GET / HTTP/1.1\r\nX-A: ${'b'.repeat(40_000)}`],
    ['CONNECT', () => head('CONNECT 127.0.0.1:22 HTTP/1.1', host('slow'))],
    ['a WebSocket', () => upgrade('GET /ws HTTP/1.1', host('slow'), WEBSOCKET)],
    ['a WebSocket of the service host', () => upgrade('GET / HTTP/1.1', host(), WEBSOCKET)],
    ['a WebSocket of nobody', () => upgrade('GET / HTTP/1.1', 'Host: evil.example', WEBSOCKET)],
  ];

  it.each(attacks)('%s', async (_name, behind) => {
    const connection = await dial(house.server.port);
    connection.write(head('GET /under-way HTTP/1.1', host('slow')));
    await connection.until(/half/);
    connection.write(behind());
    expect(await connection.closed()).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\n4\r\nhalf\r\n$/);
  });

  it.each(attacks)('%s, in one piece with a request that is refused', async (_name, behind) => {
    const connection = await dial(house.server.port);
    connection.write(head('GET / HTTP/1.1', 'Host: evil.example') + behind());
    expect(statuses(await connection.closed()).length).toBeLessThanOrEqual(1);
  });

  it('a broken body', async () => {
    const connection = await dial(house.server.port);
    connection.write(`${head('POST / HTTP/1.1', host('slow'), 'Transfer-Encoding: chunked')}3\r\nabc\r\n`);
    await connection.until(/half/);
    connection.write('zz\r\n');
    expect(statuses(await connection.closed())).toEqual(['HTTP/1.1 200']);
  });
});

describe('a connection that asks to become something else', () => {
  it.each([
    ['CONNECT on the service host', () => head('CONNECT 127.0.0.1:22 HTTP/1.1', host()), 405],
    ['CONNECT on a route', () => head('CONNECT slow.localhost:80 HTTP/1.1', host('slow')), 405],
    ['a WebSocket of the service host', () => upgrade('GET /api/user HTTP/1.1', host(), WEBSOCKET), 400],
    ['a WebSocket of nobody', () => upgrade('GET / HTTP/1.1', 'Host: evil.example', WEBSOCKET), 400],
    ['a WebSocket without a credential', () => upgrade('GET / HTTP/1.1', host('orders'), WEBSOCKET), 401],
    ['a WebSocket to an ambiguous path', () => upgrade('GET /a//b HTTP/1.1', host('slow'), WEBSOCKET), 400],
    ['a WebSocket to what is ours', () => upgrade('GET /.pomerium/ HTTP/1.1', host('slow'), WEBSOCKET), 404],
    ['a WebSocket where none is allowed', () => upgrade('GET / HTTP/1.1', host('open'), WEBSOCKET), 403],
    ['h2c on the service host', () => upgrade('GET /api/user HTTP/1.1', host(), 'h2c'), 401],
    ['h2c on a route', () => upgrade('GET / HTTP/1.1', host('open'), 'h2c'), 200],
    ['h2c and a WebSocket', () => upgrade('GET / HTTP/1.1', host('open'), 'h2c, websocket'), 200],
  ])('%s gets one answer, and what it sends behind it is nobody’s request', async (_name, bytes, status) => {
    const before = house.upstream.seen.length;
    reached = [];
    const smuggled = head('GET /smuggled HTTP/1.1', host('open'));
    const answers = answersIn(await exchangeBytes(house.server.port, bytes() + smuggled + smuggled));
    expect(answers.map((answer) => answer.status)).toEqual([status]);
    const seen = house.upstream.seen.slice(before);
    expect(seen.map(({ url }) => url)).toEqual(status === 200 ? ['/'] : []);
    for (const name of ['upgrade', 'http2-settings']) expect(seen[0]?.headers ?? {}).not.toHaveProperty(name);
    expect(reached).toEqual([]);
  });

  it('cannot make the body of one request the head of another', async () => {
    const smuggled = head('GET /smuggled HTTP/1.1', host('open'));
    const before = house.upstream.seen.length;
    const connection = await dial(house.server.port);
    // One segment: node throws away what stands in it behind an offer that is ignored, here the head of a request.
    connection.write(
      upgrade('GET /offer HTTP/1.1', host('slow'), 'h2c') +
        head('POST /outer HTTP/1.1', host('open'), `Content-Length: ${smuggled.length}`),
    );
    await connection.until(/half/);
    connection.write(smuggled);
    expect(statuses(await connection.closed())).toEqual(['HTTP/1.1 200']);
    expect(house.upstream.seen.slice(before).map(({ url }) => url)).toEqual([]);
  });

  it('TRACE shows nobody what the upstream was sent', async () => {
    reached = [];
    const text = await exchangeBytes(
      house.server.port,
      head('TRACE / HTTP/1.1', host('slow'), 'Connection: close'),
    );
    expect(answersIn(text).map(({ status }) => status)).toEqual([405]);
    expect(reached).toEqual([]);
  });
});

describe('a client that resets the connection', () => {
  it.each([
    ['at once', () => head('GET / HTTP/1.1', host('slow'))],
    ['behind CONNECT', () => head('CONNECT 127.0.0.1:22 HTTP/1.1', host())],
    ['behind an upgrade of the service host', () => upgrade('GET / HTTP/1.1', host(), WEBSOCKET)],
    ['behind an upgrade of nobody', () => upgrade('GET / HTTP/1.1', 'Host: evil.example', WEBSOCKET)],
    ['behind a WebSocket', () => upgrade('GET / HTTP/1.1', host('slow'), WEBSOCKET)],
    ['behind a refused WebSocket', () => upgrade('GET / HTTP/1.1', host('orders'), WEBSOCKET)],
    ['behind garbage', () => 'garbage\r\n\r\n'],
    ['in the middle of a body', () => `${head('POST / HTTP/1.1', host('slow'), 'Content-Length: 9')}half`],
    ['in the middle of a head', () => 'POST /api/oauth/token HTTP/1.1\r\nHo'],
  ])('%s hurts nobody else', async (_name, bytes) => {
    for (let count = 0; count < 40; count += 1) {
      const connection = await dial(house.server.port);
      connection.write(bytes());
      // Some are gone before they have been read, some while they are being answered.
      if (count % 2 === 1) await new Promise((resolve) => setImmediate(resolve));
      if (count % 4 > 1) connection.write('more'.repeat(20_000));
      connection.socket.resetAndDestroy();
    }
    expect((await ask(house.server.port, { path: '/readyz' })).status).toBe(200);
  });
});

describe('a body that the client keeps until it is asked for', () => {
  it('is not asked for when the request is refused, and no later bytes are read as a request', async () => {
    const before = house.upstream.seen.length;
    const expecting = head('POST /x HTTP/1.1', host('orders'), 'Expect: 100-continue', 'Content-Length: 3');
    const text = await exchangeBytes(
      house.server.port,
      expecting + head('GET /smuggled HTTP/1.1', host('open')),
    );
    expect(answersIn(text).map(({ status }) => status)).toEqual([401]);
    expect(house.upstream.seen).toHaveLength(before);
  });

  it('of another expectation is refused by name', async () => {
    const expecting = head('GET /x HTTP/1.1', host('open'), 'Expect: 200-ok', 'Connection: close');
    expect(answersIn(await exchangeBytes(house.server.port, expecting)).map(({ status }) => status)).toEqual([
      417,
    ]);
  });
});
