import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startHouse, type House } from '../e2e/house.ts';
import { ask } from '../support/request.ts';
import { ABC, CHUNKED, framedAt, once, post, type Framed } from './framed.ts';
import { head } from './raw-socket.ts';

/**
 * Threat 9, byte by byte: spellings of the frame of a body that have made two readers disagree elsewhere. Where it is in
 * doubt there is one refusal, the connection is closed, and the good request behind it is never read. The service host
 * and a route are asked alike. `http-smuggling.test.ts` has the classes, this file has their spellings.
 */

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

describe('a length that is none', () => {
  it.each(
    [
      ['+4', '-4', '-0', '0x4', '4.0', '4e0', '4 4', '4;', '4,', ',4', '"4"', '', ' ', 'four'],
      ['\u000b4', '4\u000c', '\u00a04', '4\u00a0', '\u00b24', '4\0'],
      ['99999999999999999999', '18446744073709551620', '-9223372036854775808'],
    ].flat(),
  )('is refused: %j', async (length) => {
    expect(await framed.answered(post('body', `Content-Length: ${length}`))).toEqual(once(400));
  });
});

describe('a coding that is not chunked', () => {
  it.each(
    [
      [
        '\u000bchunked',
        '\u000cchunked',
        'chunked\0',
        '\0chunked',
        'chunked\u00a0',
        'chunked\u000b',
        'ch\u00fcnked',
      ],
      ['chunked, cow', 'cow, chunked', 'chunked;', 'chunked ;', 'chunked,', 'chunked,,', ',chunked'],
      [
        'chunked chunked',
        "'chunked'",
        'chunke',
        'chunkedd',
        'x-chunked',
        'compress',
        'deflate, gzip',
        'trailers',
      ],
      ['chunked\r\n\tidentity', '\r\n chunked'],
    ].flat(),
  )('is refused: %j', async (coding) => {
    expect(await framed.answered(post(ABC, `Transfer-Encoding: ${coding}`))).toEqual(once(400));
  });

  it('is refused in a version that has none', async () => {
    for (const more of [[], ['Connection: keep-alive']])
      expect(await framed.answered((to) => head('POST /x HTTP/1.0', to, CHUNKED, ...more) + ABC)).toEqual(
        once(400),
      );
  });
});

describe('a name that is none', () => {
  it.each(
    [
      [
        'Transfer-Encoding\t',
        'Transfer-Encoding\0',
        'Transfer-Encoding\u00a0',
        'Transfer-Encoding\r',
        'Transfer-Encoding:',
      ],
      [
        ' Transfer-Encoding',
        '\tTransfer-Encoding',
        ':Transfer-Encoding',
        'Transfer Encoding',
        'Transfer-\r\nEncoding',
      ],
    ].flat(),
  )('is refused: %j', async (name) => {
    expect(await framed.answered(post(ABC, `${name}: chunked`))).toEqual(once(400));
  });

  it.each(['Content-Length\t', 'Content-Length\0', 'Content-Length\u00a0', 'Content-Length '])(
    'is refused: %j',
    async (name) => {
      expect(await framed.answered(post('body', `${name}: 4`))).toEqual(once(400));
    },
  );

  it('that only looks like a length leaves a request without one, and what follows is no request', async () => {
    expect(await framed.passed(post('body', 'Content_Length: 4'))).toEqual({ statuses: [], seen: [] });
  });
});

describe('a chunk that is none', () => {
  const END = 'abc\r\n0\r\n\r\n';
  it.each(
    [
      [
        `-3\r\n${END}`,
        `+3\r\n${END}`,
        `0x3\r\n${END}`,
        ` 3\r\n${END}`,
        `3\t\r\n${END}`,
        `3g\r\n${END}`,
        `;\r\n${END}`,
      ],
      [
        `3 ;a\r\n${END}`,
        `3;\0a\r\n${END}`,
        `3;a\rb\r\n${END}`,
        `3;a\nb\r\n${END}`,
        `3;a="b\r\n${END}`,
        `3; a = b \r\n${END}`,
      ],
      [
        `3\r${END}`,
        `3\r\r${END}`,
        `\r\n3\r\n${END}`,
        'fffffffffffffffff\r\nabc',
        `10000000000000003\r\n${END}`,
      ],
      ['3\r\nabc\n0\r\n\r\n', '3\r\nabc\r0\r\n\r\n', '3\r\nabc0\r\n\r\n', '3\r\nabc\r\n\r\n0\r\n\r\n'],
      [
        '0\n\r\n',
        '0\r\n\n',
        '0\r\nX: a\n\r\n',
        '0\r\nX: a\r\n b\r\n\r\n',
        '0\r\nX : a\r\n\r\n',
        '0\r\nX\r\n\r\n',
      ],
      ['0\r\nX: \0\r\n\r\n', '0\r\nContent-Length: 5\r\n\r\n', '0\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ].flat(),
  )('is refused: %j', async (body) => {
    expect(await framed.answered(post(body, CHUNKED))).toEqual(once(400));
  });

  it('is refused when it says more about itself than it holds, or behind itself than a head may', async () => {
    expect(await framed.answered(post(`3;${'a'.repeat(20_000)}\r\n${END}`, CHUNKED))).toEqual(once(400));
    expect(await framed.answered(post(`0\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`, CHUNKED))).toEqual(once(431));
  });

  it.each([
    `${'0'.repeat(22)}3\r\n${END}`,
    `3;=\r\n${END}`,
    `3\r\nabc\r\n0\r\nX-Late: 1\r\nHost: evil.example\r\n\r\n`,
  ])('is one all the same, with one end: %j', async (body) => {
    expect(await framed.passed(post(body, CHUNKED))).toEqual({
      statuses: [200, 200],
      seen: ['GET /behind ', 'POST /x abc'],
    });
  });
});
