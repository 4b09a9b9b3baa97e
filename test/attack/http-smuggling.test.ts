import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startHouse, type House } from '../e2e/house.ts';
import { accessToken } from '../support/exchange.ts';
import { ask } from '../support/request.ts';
import { answersIn, dial, exchangeBytes, head } from './raw-socket.ts';

/**
 * Threat 9 on the listener of the product: two readers that disagree about where a request ends see different
 * requests. Behind every attack stands a request that would be good by itself; it must not come out of the wrong one.
 */

let house: House;
let bearer: string;
/** A request that opens `orders`, and ends its connection. */
let smuggled: string;

beforeAll(async () => {
  house = await startHouse();
  const subjectToken = await house.ci.mint({
    aud: 'urn:pulumi:org:acme',
    sub: 'repo:acme/shop:ref:refs/heads/main',
  });
  const team = await accessToken(house.server, { subjectToken, type: 'team', scope: 'team:platform' });
  bearer = `Authorization: Bearer ${team}`;
  smuggled = head('GET /smuggled HTTP/1.1', host('orders'), bearer, 'Connection: close');
});
afterAll(() => house.dispose());
afterEach(async () => {
  expect((await ask(house.server.port, { path: '/healthz' })).status).toBe(200);
  expect(house.server.log.filter(({ level }) => level === 'error')).toEqual([]);
});

const host = (name?: string): string =>
  `Host: ${name === undefined ? '' : `${name}.`}localhost:${house.server.port}`;
/** What the service host is asked, and what a route is. */
const destinations = () => [
  { path: '/api/oauth/token', lines: [host()] },
  { path: '/x', lines: [host('orders'), bearer] },
];
const urlsSince = (seen: number): readonly string[] => house.upstream.seen.slice(seen).map(({ url }) => url);

type Shape = (path: string, lines: readonly string[]) => string;
const post =
  (body: string, ...more: readonly string[]): Shape =>
  (path, lines) =>
    head(`POST ${path} HTTP/1.1`, ...lines, ...more) + body;
const get =
  (...more: readonly string[]): Shape =>
  (path, lines) =>
    head(`GET ${path} HTTP/1.1`, ...lines, ...more);
const CHUNKED = 'Transfer-Encoding: chunked';
const ABC = '3\r\nabc\r\n0\r\n\r\n';

describe('a request with two readings is refused, and nothing behind it is read', () => {
  const shapes: readonly (readonly [name: string, status: number, shape: Shape])[] = [
    ['a length and chunks', 400, post('0\r\n\r\n', 'Content-Length: 4', CHUNKED)],
    ['chunks and a length', 400, post('0\r\n\r\n', CHUNKED, 'Content-Length: 4')],
    ['two lengths', 400, post('body', 'Content-Length: 4', 'Content-Length: 5')],
    ['one length twice', 400, post('body', 'Content-Length: 4', 'Content-Length: 4')],
    ['a list of lengths', 400, post('body', 'Content-Length: 4, 4')],
    ['a folded length', 400, post('body', 'Content-Length:\r\n 4')],
    ['a coding nobody knows', 400, post(ABC, 'Transfer-Encoding: xchunked')],
    ['a coding inside chunked', 400, post('3\r\nabc\r\n0\r\n\r\n', 'Transfer-Encoding: gzip, chunked')],
    ['identity inside chunked', 400, post('3\r\nabc\r\n0\r\n\r\n', 'Transfer-Encoding: identity, chunked')],
    ['identity', 400, post(ABC, 'Transfer-Encoding: identity')],
    ['no coding', 400, post(ABC, 'Transfer-Encoding:')],
    ['a quoted coding', 400, post(ABC, 'Transfer-Encoding: "chunked"')],
    ['a coding with a parameter', 400, post(ABC, 'Transfer-Encoding: chunked;q=1')],
    ['chunked twice in a list', 400, post(ABC, 'Transfer-Encoding: chunked, chunked')],
    ['chunked twice', 400, post(ABC, CHUNKED, CHUNKED)],
    ['chunked before identity', 400, post(ABC, CHUNKED, 'Transfer-Encoding: identity')],
    ['a chunk size that is none', 400, post('zz\r\nabc\r\n0\r\n\r\n', CHUNKED)],
    ['a chunk size beyond 64 bits', 400, post(`f${'0'.repeat(16)}3\r\nabc\r\n0\r\n\r\n`, CHUNKED)],
    ['a chunk longer than its size', 400, post('3\r\nabcdef\r\n0\r\n\r\n', CHUNKED)],
    ['a chunk size with a space', 400, post('3 \r\nabc\r\n0\r\n\r\n', CHUNKED)],
    ['a chunk extension that ends in LF', 400, post('3;a\nabc\r\n0\r\n\r\n', CHUNKED)],
    ['chunks that end in LF', 400, post('3\nabc\n0\n\n', CHUNKED)],
    [
      'lines that end in LF',
      400,
      (path, lines) => head(`GET ${path} HTTP/1.1`, ...lines).replaceAll('\r\n', '\n'),
    ],
    ['one line that ends in LF', 400, get('X-A: b\nX-C: d')],
    ['one line that ends in CR', 400, get('X-A: b\rX-C: d')],
    ['a folded line', 400, get(`X-A: b\r\n ${CHUNKED}`)],
    ['a first line that is folded', 400, (path, lines) => head(`GET ${path} HTTP/1.1`, ' X: y', ...lines)],
    ['a space before the colon', 400, get('Transfer-Encoding : chunked')],
    ['a space in a name', 400, get('X A: b')],
    ['no name', 400, get(': b')],
    ['no colon', 400, get('X-A')],
    ['NUL in a name', 400, get('X\0A: b')],
    ['NUL in a value', 400, get('X-A: b\0c')],
    ['a version of its own', 400, (path, lines) => head(`GET ${path} HTTP/1.2`, ...lines)],
    ['the version of long ago', 400, (path) => `GET ${path}\r\n`],
    ['the preface of HTTP/2', 400, () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a method in lower case', 400, (path, lines) => head(`get ${path} HTTP/1.1`, ...lines)],
    ['a space in the target', 400, (path, lines) => head(`GET ${path} x HTTP/1.1`, ...lines)],
    ['tabs for spaces', 400, (path, lines) => head(`GET\t${path}\tHTTP/1.1`, ...lines)],
    ['a head beyond the limit', 431, get(`X-A: ${'b'.repeat(40_000)}`)],
    [
      'more lines than anybody counts',
      431,
      get(...Array.from({ length: 2500 }, () => 'a:b'), 'Host: evil.example'),
    ],
    [
      'a target beyond the limit',
      431,
      (_path, lines) => head(`GET /${'a'.repeat(40_000)} HTTP/1.1`, ...lines),
    ],
    ['CONNECT', 405, (_path, lines) => head('CONNECT 127.0.0.1:22 HTTP/1.1', ...lines)],
  ];

  it.each(shapes)('%s', async (_name, status, shape) => {
    for (const { path, lines } of destinations()) {
      const before = house.upstream.seen.length;
      const answers = answersIn(await exchangeBytes(house.server.port, shape(path, lines) + smuggled));
      expect(answers.map((answer) => answer.status)).toEqual([status]);
      expect(urlsSince(before)).toEqual([]);
    }
  });
});

describe('a body that is spelled oddly has one end', () => {
  const spellings: readonly (readonly [name: string, shape: Shape])[] = [
    ['another case', post(ABC, 'tRANSFER-eNCODING: cHUNKED')],
    ['white space around the coding', post(ABC, 'Transfer-Encoding: \t chunked ')],
    ['chunk extensions', post('3;a=b;c="d"\r\nabc\r\n0;e\r\n\r\n', CHUNKED)],
    ['zeros before a chunk size', post('0000003\r\nabc\r\n000\r\n\r\n', CHUNKED)],
    ['one byte a chunk', post('1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n', CHUNKED)],
    [
      'an underscore for a dash: no coding at all',
      post('abc', 'Transfer_Encoding: chunked', 'Content-Length: 3'),
    ],
  ];

  it.each(spellings)('%s', async (_name, shape) => {
    const [service, route] = destinations();
    if (!service || !route) throw new Error('there are two destinations');
    const before = house.upstream.seen.length;
    const refused = answersIn(
      await exchangeBytes(house.server.port, shape(service.path, service.lines) + smuggled),
    );
    expect(refused.map(({ status }) => status)).toEqual([400, 200]);
    const passed = answersIn(
      await exchangeBytes(house.server.port, shape(route.path, route.lines) + smuggled),
    );
    expect(passed.map(({ status }) => status)).toEqual([200, 200]);
    expect(urlsSince(before)).toEqual(['/smuggled', '/x', '/smuggled']);
    expect(house.upstream.seen[before + 1]?.body).toBe('abc');
  });

  it('a trailer is no header, of nobody', async () => {
    const trailers = 'X-Pomerium-Jwt-Assertion: forged\r\nAuthorization: forged\r\n';
    const request = head(
      'POST /x HTTP/1.1',
      host('orders'),
      bearer,
      CHUNKED,
      'Connection: close',
      'Trailer: X-Forged',
    );
    await exchangeBytes(house.server.port, `${request}3\r\nabc\r\n0\r\n${trailers}X-Forged: forged\r\n\r\n`);
    expect(house.upstream.seen.at(-1)).toMatchObject({ url: '/x', body: 'abc' });
    expect(JSON.stringify(house.upstream.seen.at(-1))).not.toMatch(/forged/i);
  });

  it('a body that is a request is a body', async () => {
    const before = house.upstream.seen.length;
    const request = head('GET /outer HTTP/1.1', host('orders'), bearer, `Content-Length: ${smuggled.length}`);
    await exchangeBytes(house.server.port, request + smuggled + smuggled);
    expect(urlsSince(before)).toEqual(['/outer', '/smuggled']);
    expect(house.upstream.seen[before]?.body).toBe(smuggled);
  });
});

describe('whose host it is has one answer', () => {
  it.each([
    ['two hosts', () => head('GET /x HTTP/1.1', host('open'), host('orders'), bearer)],
    ['the same host twice', () => head('GET /x HTTP/1.1', host('orders'), host('orders'), bearer)],
    ['a list of hosts', () => head('GET /x HTTP/1.1', `${host('orders')}, open.localhost`, bearer)],
    ['no host', () => head('GET /x HTTP/1.1', bearer)],
    ['an empty host', () => head('GET /x HTTP/1.1', 'Host:', bearer)],
    [
      'a host with a user',
      () => head('GET /x HTTP/1.1', host('open').replace(' ', ' orders.localhost@'), bearer),
    ],
    ['a host with a final dot', () => head('GET /x HTTP/1.1', 'Host: orders.localhost.', bearer)],
    ['a host with a path', () => head('GET /x HTTP/1.1', 'Host: orders.localhost/x', bearer)],
    [
      'a target that names another',
      () => head(`GET http://open.localhost/x HTTP/1.1`, host('orders'), bearer),
    ],
    [
      'a target that names a user',
      () => head(`GET http://a@orders.localhost/x HTTP/1.1`, host('orders'), bearer),
    ],
    ['a target that is a host', () => head('GET orders.localhost HTTP/1.1', host('orders'), bearer)],
    [
      'a target of another scheme',
      () => head('GET ftp://orders.localhost/x HTTP/1.1', host('orders'), bearer),
    ],
    ['a target of a star', () => head('OPTIONS * HTTP/1.1', host('orders'), bearer)],
  ])('%s', async (_name, bytes) => {
    const before = house.upstream.seen.length;
    const connection = await dial(house.server.port);
    connection.write(bytes());
    expect(await connection.until(/^HTTP\/1\.1 400 /)).toMatch(/^HTTP\/1\.1 400 /);
    connection.socket.destroy();
    expect(urlsSince(before)).toEqual([]);
  });

  it('a target that names the same host is the same request', async () => {
    const [, authority] = host('orders').split(' ');
    const request = head(`GET http://${authority}/x HTTP/1.1`, host('orders'), bearer, 'Connection: close');
    expect(answersIn(await exchangeBytes(house.server.port, request)).map(({ status }) => status)).toEqual([
      200,
    ]);
    expect(house.upstream.seen.at(-1)?.url).toBe('/x');
  });
});

describe('each request is decided on by itself', () => {
  it('behind one that was refused, and before one that is', async () => {
    const before = house.upstream.seen.length;
    const text = await exchangeBytes(
      house.server.port,
      [
        head('GET /a//b HTTP/1.1', host('orders'), bearer),
        head('GET /first HTTP/1.1', host('orders'), bearer),
        head('GET /second HTTP/1.1', host('orders')),
        head('GET /third HTTP/1.1', 'Host: evil.example', bearer),
        smuggled,
      ].join(''),
    );
    expect(answersIn(text).map(({ status }) => status)).toEqual([400, 200, 401, 404, 200]);
    expect(urlsSince(before)).toEqual(['/first', '/smuggled']);
  });
});
