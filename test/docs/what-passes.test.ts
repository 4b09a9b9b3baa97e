import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchangeBytes, head } from '../attack/raw-socket.ts';
import { startHouse, type House } from '../e2e/house.ts';
import { accessToken } from '../support/exchange.ts';
import { codes, rowsWith, textOf } from './repository.ts';

/** The tables of the page on what passes are sent through the gateway, row by row. */
const page = textOf('docs/guides/what-passes.md');

let house: House;
let token: string;
/** A service that answers what the test says, byte for byte. */
let raw: Server;
let answer: string;

beforeAll(async () => {
  raw = createServer((socket: Socket) => {
    socket.on('error', () => {}).once('data', () => socket.end(answer));
  });
  raw.listen(0, '127.0.0.1');
  await once(raw, 'listening');
  house = await startHouse(`
  - name: raw
    from: http://raw.localhost:\${PORT}
    to: http://127.0.0.1:${(raw.address() as AddressInfo).port}
    organizations: [acme]
    allow_public_unauthenticated_access: true
`);
  token = await accessToken(house.server, {
    subjectToken: await house.ci.mint({
      aud: 'urn:pulumi:org:acme',
      sub: 'repo:acme/shop:ref:refs/heads/main',
      repository: 'acme/shop',
    }),
    type: 'team',
    scope: 'team:platform',
  });
});
afterAll(async () => {
  raw.close();
  await house.dispose();
});

const host = (name: string): string => `Host: ${name}.localhost:${house.server.port}`;

/** One row for each name in the first cell. */
function table(column: string, verdict: string): readonly (readonly [name: string, verdict: string])[] {
  return rowsWith(page, column).flatMap((row) =>
    codes(row.get(column) ?? '').map((name) => [name, row.get(verdict) ?? ''] as const),
  );
}

/** Values under which a header is sent where not any will do. */
const VALUES: Readonly<Record<string, string>> = {
  Connection: 'X-Hop, keep-alive',
  Cookie: 'theirs=1; _countersign=secret; _countersign_n_0a=nonce; __Host-_countersign_s_0b=attempt',
  Expect: '100-continue',
  Upgrade: 'theirs',
};

describe('headers of requests', () => {
  const rows = table('request header', 'service gets').filter(([name]) => name !== 'Connection');

  /** Values that reached the service under a name. */
  async function reaching(name: string): Promise<readonly string[]> {
    const own = name === 'Host' || name === 'Authorization';
    const line = own ? [] : [`${name}: ${VALUES[name] ?? 'theirs'}`];
    const length = name === 'Expect' ? ['Content-Length: 0'] : [];
    const bytes = head(
      'GET / HTTP/1.1',
      host('orders'),
      `Authorization: Bearer ${token}`,
      ...line,
      ...length,
      'Connection: X-Hop, close',
    );
    expect(await exchangeBytes(house.server.port, bytes)).toMatch(/HTTP\/1\.1 200 /);
    const { rawHeaders } = house.upstream.seen.at(-1) ?? { rawHeaders: [] };
    return rawHeaders.filter(
      (_value, at) => rawHeaders[at - 1]?.toLowerCase() === name.toLowerCase() && at % 2 === 1,
    );
  }

  it.each(rows)('%s: %s', async (name, verdict) => {
    const values = await reaching(name);
    switch (verdict) {
      case 'as it came':
        return expect(values).toEqual([name === 'Cookie' ? 'theirs=1' : 'theirs']);
      case 'ours':
        expect(values).toHaveLength(1);
        return expect(values[0]).not.toBe('theirs');
      case 'nothing':
      case 'spent':
        return expect(values.filter((value) => !/^(?:keep-alive|close)$/.test(value))).toEqual([]);
      default:
        throw new Error(`the page says ${verdict} of ${name}`);
    }
  });

  it('are many', () => expect(rows.length).toBeGreaterThan(25));
});

describe('headers of answers', () => {
  it.each(table('answer header', 'caller gets'))('%s: %s', async (name, verdict) => {
    const line = `${name}: ${VALUES[name] ?? 'theirs'}`;
    answer = `HTTP/1.1 200 OK\r\n${line}\r\nConnection: X-Hop\r\nContent-Length: 2\r\n\r\nok`;
    const text = await exchangeBytes(
      house.server.port,
      head('GET / HTTP/1.1', host('raw'), 'Connection: close'),
    );
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/);
    const came = new RegExp(`\r\n${name}: theirs\r\n`, 'i').test(text);
    expect(came).toBe(verdict === 'as it came');
    if (verdict === 'ours') expect(text).toMatch(new RegExp(`\r\n${name}: dec_`, 'i'));
  });
});

describe('a cookie by name', () => {
  const rows = rowsWith(page, 'cookie').flatMap((row) =>
    codes(row.get('cookie') ?? '').map(
      (name) => [name, row.get('service gets') ?? '', row.get('service sets') ?? ''] as const,
    ),
  );
  /** What is there beside it, in front of it and behind it. */
  const among = (name: string): readonly string[] => ['a=1', `${name}=theirs`, 'b=2'];
  const expected = (name: string, verdict: string): readonly string[] =>
    verdict === 'as it came' ? among(name) : ['a=1', 'b=2'];

  it.each(rows)('%s: the service gets %s, and sets %s', async (name, gets, sets) => {
    const cookie = `Cookie: ${among(name).join('; ')}`;
    await exchangeBytes(house.server.port, head('GET / HTTP/1.1', host('open'), cookie, 'Connection: close'));
    const { rawHeaders } = house.upstream.seen.at(-1) ?? { rawHeaders: [] };
    const came = rawHeaders[rawHeaders.findIndex((each) => each.toLowerCase() === 'cookie') + 1];
    expect(came?.split(/; ?/)).toEqual(expected(name, gets));

    const lines = among(name).map((pair) => `Set-Cookie: ${pair}; Path=/\r\n`);
    answer = `HTTP/1.1 200 OK\r\n${lines.join('')}Content-Length: 2\r\n\r\nok`;
    const asked = head('GET / HTTP/1.1', host('raw'), 'Connection: close');
    const text = await exchangeBytes(house.server.port, asked);
    const set = [...text.matchAll(/^set-cookie: ([^;]*); Path=\/\r$/gim)].map(([, pair]) => pair);
    expect(set).toEqual(expected(name, sets));
  });

  it('is one of many', () => expect(rows.length).toBeGreaterThan(10));
});

describe('before and behind an answer', () => {
  it.each(table('interim answer', 'caller gets'))('%s: %s', async (status, verdict) => {
    answer = `HTTP/1.1 ${status} X\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`;
    const text = await exchangeBytes(
      house.server.port,
      head('GET / HTTP/1.1', host('raw'), 'Connection: close'),
    );
    expect(text.startsWith(`HTTP/1.1 ${status} `)).toBe(verdict === 'as it came');
  });

  it.each(table('trailer of an answer', 'caller gets'))('%s: %s', async (name, verdict) => {
    answer = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n${name}: theirs\r\n\r\n`;
    for (const [reads, expected] of [
      ['TE: trailers', verdict === 'as it came'],
      ['TE: gzip', false],
    ] as const) {
      const asked = head('GET / HTTP/1.1', host('raw'), reads, 'Connection: close');
      const text = await exchangeBytes(house.server.port, asked);
      expect(text).toMatch(/\r\n2\r\nok\r\n0\r\n/);
      expect(text.endsWith(`\r\n0\r\n${name}: theirs\r\n\r\n`)).toBe(expected);
    }
  });
});

describe('first lines', () => {
  it.each(table('first line', 'answer'))('%s: %s', async (line, status) => {
    const text = await exchangeBytes(house.server.port, head(line, host('open'), 'Connection: close'));
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });
});

describe('limits', () => {
  it.each(
    rowsWith(page, 'limit').map((row) => [codes(row.get('limit') ?? '')[0] ?? '', row.get('default') ?? '']),
  )('%s is %s as in the reference of the configuration', (key, value) => {
    const name = key.replace('limits.', '');
    const routes = rowsWith(textOf('docs/configuration.md'), 'default').find(
      (row) => row.get('key') === `\`${name}\``,
    );
    const settings = textOf('packages/server/src/config/schema/settings.ts').replaceAll('_', '');
    const prefault = new RegExp(`\\b${name}: \\w+\\([^)]*\\)\\s*\\.prefault\\('?${value}'?\\)`);
    expect(
      key.startsWith('limits.')
        ? prefault.test(settings)
        : routes?.get('default')?.replaceAll('`', '') === value,
    ).toBe(true);
  });
});
