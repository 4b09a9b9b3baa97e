import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startHouse, type House } from '../e2e/house.ts';
import { ask } from '../support/request.ts';
import { ABC, CHUNKED, framedAt, once, post, type Framed } from './framed.ts';
import { answersIn, exchangeBytes, head } from './raw-socket.ts';

/** Threat 9: how a request begins, in which version it is written, and what becomes of its connection. */

let house: House;
let framed: Framed;

beforeAll(async () => {
  house = await startHouse();
  framed = framedAt(house);
});
afterAll(() => house.dispose());
afterEach(async () => {
  expect((await ask(house.server.port, { path: '/healthz' })).status).toBe(200);
  expect(house.server.log.filter(({ level }) => level === 'error')).toEqual([]);
});

describe('a first line', () => {
  it.each(
    [
      [
        'HTTP/1.1x',
        'http/1.1',
        'HTTP/01.1',
        'HTTP/1.10',
        'HTTP/1,1',
        'HTTP/1',
        'HTTP/',
        'HTTP/3.0',
        'ICY/1.1',
      ],
      ['HTTP /1.1', 'HTTP/1.1 ', 'HTTP/1.1\0', 'x HTTP/1.1', ''],
    ].flat(),
  )('of no version is refused: %j', async (version) => {
    expect(await framed.answered((to) => head(`GET /x ${version}`, to))).toEqual(once(400));
  });

  it.each(['HTTP/0.9', 'HTTP/2.0'])(
    'of a version that is not spoken here is refused by name: %s',
    async (version) => {
      for (const more of [[], ['Connection: keep-alive'], ['Connection: Upgrade', 'Upgrade: websocket']])
        for (const to of [framed.host(), framed.host('open')]) {
          const before = house.upstream.seen.length;
          const [answer, ...others] = answersIn(
            await exchangeBytes(house.server.port, head(`GET /x ${version}`, to, ...more)),
          );
          expect([answer?.status, others.length]).toEqual([505, 0]);
          expect(house.upstream.seen).toHaveLength(before);
        }
    },
  );

  it.each(
    [
      [
        'post',
        'Get',
        'GET\0',
        'G\u00cbT',
        'FOO',
        'GET,',
        'GE/T',
        'TRACK',
        'PRI',
        '',
        ' GET',
        '\tGET',
        '\u00ef\u00bb\u00bfGET',
      ],
      ['X'.repeat(100)],
    ].flat(),
  )('of no method is refused: %j', async (method) => {
    expect(await framed.answered((to) => head(`${method} /x HTTP/1.1`, to))).toEqual(once(400));
  });

  it.each(['\r\n', '\r\n\r\n', '\n'])(
    'may have empty ones before it (RFC 9112 section 2.2): %j',
    async (before) => {
      expect(await framed.passed((to) => before + head('GET /x HTTP/1.1', to))).toMatchObject({
        statuses: [200, 200],
      });
    },
  );

  it.each([
    (to: string) => `GET /x HTTP/1.1\r\n${to}\n\n`,
    (to: string) => `GET /x HTTP/1.1\r\n${to}\r\r`,
    (to: string) => `GET /x HTTP/1.1\n${to}\r\n\r\n`,
    (to: string) => `GET /x HTTP/1.1\r\n${to}\r\n\n`,
    (to: string) => `GET /x HTTP/1.1\r\n${to}\n\r\n`,
  ])('and those behind it end in CR and LF, or the request is refused (%#)', async (bytes) => {
    expect(await framed.answered(bytes)).toEqual(once(400));
  });
});

describe('a connection', () => {
  it.each([
    ['GET', 'body', 'Content-Length: 4'],
    ['DELETE', 'body', 'Content-Length: 4'],
    ['POST', 'body', 'Content-Length: 4', 'Connection: content-length, host, transfer-encoding'],
  ])('keeps the frame of %s with %j, whatever is named', async (method, body, ...lines) => {
    const passed = await framed.passed((to) => head(`${method} /x HTTP/1.1`, to, ...lines) + body);
    expect(passed).toEqual({ statuses: [200, 200], seen: [`${method} /x body`, 'GET /behind '].toSorted() });
  });

  it('keeps the frame of chunks that Connection names', async () => {
    const passed = await framed.passed(
      post(ABC, CHUNKED, 'Connection: transfer-encoding, trailer', 'Trailer: X'),
    );
    expect(passed).toEqual({ statuses: [200, 200], seen: ['GET /behind ', 'POST /x abc'] });
  });

  it('of HTTP/1.0 has no chunks: an answer of unknown length ends with it, whatever was asked', async () => {
    const asked = head('GET /x HTTP/1.0', framed.host('open'), 'Connection: keep-alive');
    const text = await exchangeBytes(house.server.port, asked);
    expect(text).toMatch(/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n[^]*"url":"\/x"[^]*\}$/i);
    expect(text).not.toMatch(/transfer-encoding/i);
  });

  it('of HTTP/1.0 becomes no WebSocket', async () => {
    const lines = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    const bytes = head('GET /ws HTTP/1.0', framed.host('open'), ...lines);
    expect(answersIn(await exchangeBytes(house.server.port, bytes)).map(({ status }) => status)).toEqual([
      200,
    ]);
    expect(house.upstream.seen.at(-1)?.headers).not.toHaveProperty('upgrade');
  });
});
