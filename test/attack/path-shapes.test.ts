import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHouse, type House } from '../e2e/house.ts';
import { answersIn, exchangeBytes, head } from './raw-socket.ts';

/**
 * Threat 8, shape by shape: what becomes of a target that two readers could read differently. The frame of such a request
 * is not in doubt, so the connection goes on: each row is asked before a good request, which is always answered.
 */

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.dispose());

interface Outcome {
  readonly status: number;
  /** Stable code of a refusal. */
  readonly code?: string;
  readonly seen: readonly string[];
}

async function askFor(target: string): Promise<Outcome> {
  const before = house.upstream.seen.length;
  const to = `Host: open.localhost:${house.server.port}`;
  const bytes = head(`GET ${target} HTTP/1.1`, to) + head('GET /next HTTP/1.1', to, 'Connection: close');
  const [first, next, ...others] = answersIn(await exchangeBytes(house.server.port, bytes));
  expect([next?.status, others.length]).toEqual([200, 0]);
  const seen = house.upstream.seen.slice(before).map(({ url }) => url);
  const code = /"code":"([^"]+)"/.exec(first?.body ?? '')?.[1];
  return {
    status: first?.status ?? 0,
    ...(code !== undefined && { code }),
    seen: seen.filter((url) => url !== '/next'),
  };
}

describe('a target with two readings is refused before anybody is asked who they are', () => {
  it.each(
    [
      ['//', '/a//b', '//evil.example/', '///'],
      ['/.', '/..', '/a/.', '/a/..', '/a/./b', '/a/../b', '/../../etc/passwd', '/a/...//b'],
      ['/%2e', '/a/%2e%2e/b', '/a/.%2e/b', '/a/%2E./b', '/a/..%2fb', '/a/%252e%252e/b'],
      ['/a%2fb', '/a%2Fb', '/%2f', '/a%5cb', '/a\\b', '/..\\b', '/a%255cb', '/a%252fb'],
      ['/a;b', '/a;/../b', '/..;/b', '/a/..;x=y/b', '/a%3bb'],
      ['/a%00', '/a%00.png', '/a%0d%0aX:%20y', '/a%0a', '/a%09b', '/a%7f', '/a%1f'],
      ['/%', '/%2', '/%zz', '/a%u002fb', '/%25', '/%2525'],
      [
        '/%c0%af',
        '/%c0%ae%c0%ae/b',
        '/%e0%80%af',
        '/%f0%80%80%af',
        '/%ed%a0%80',
        '/%f4%90%80%80',
        '/%80',
        '/%ff',
        '/%c3',
      ],
      ['/a#b', '/#', '/a?b#c'],
    ].flat(),
  )('%j', async (target) => {
    expect(await askFor(target)).toEqual({ status: 400, code: 'path.ambiguous', seen: [] });
  });
});

describe('a target that is none of ours, or of nobody', () => {
  it.each([
    ['*', 400, 'request.host'],
    ['http://evil.example/', 400, 'request.host'],
    ['http:///x', 400, 'request.host'],
    // Ours, however it is written: who am I, of nobody.
    ['/.pomerium', 401, 'credential.missing'],
    ['/.pomerium/x', 404, undefined],
    ['/%2epomerium/x', 404, undefined],
    ['/%2Epomeriu%6d/', 401, 'credential.missing'],
  ])('%j', async (target, status, code) => {
    expect(await askFor(target)).toEqual({ status, ...(code !== undefined && { code }), seen: [] });
  });
});

describe('a target with one reading reaches the service in its canonical form', () => {
  it.each([
    ['/', '/'],
    ['/a', '/a'],
    ['/a/', '/a/'],
    ['/a%7Eb', '/a~b'],
    ['/%61', '/a'],
    ['/a%20b', '/a%20b'],
    ['/a%e2%82%acb', '/a%E2%82%ACb'],
    ['/a%3fb', '/a%3Fb'],
    ['/a%23b', '/a%23b'],
    ['/.a', '/.a'],
    ['/a..b', '/a..b'],
    ['/...', '/...'],
    ["/a:b@c,d+e=f&g!$'()*", "/a:b@c,d+e=f&g!$'()*"],
    ['/?', '/?'],
    ['/?a=%2F..%2f&b=//;', '/?a=%2F..%2f&b=//;'],
    ['/a??b', '/a??b'],
    ['/a?http://evil.example/', '/a?http://evil.example/'],
  ])('%j as %j', async (target, seen) => {
    expect(await askFor(target)).toEqual({ status: 200, seen: [seen] });
  });

  it('of absolute form as the same in origin form', async () => {
    const authority = `open.localhost:${house.server.port}`;
    expect(await askFor(`http://${authority}/a?b`)).toEqual({ status: 200, seen: ['/a?b'] });
    expect(await askFor(`HTTP://OPEN.localhost:${house.server.port}`)).toEqual({ status: 200, seen: ['/'] });
    expect(await askFor(`http://${authority}//evil.example/`)).toMatchObject({
      code: 'path.ambiguous',
      seen: [],
    });
  });
});
